/** A member's picture, or the initials where there is none or it does not load. Decoration beside the name. */
import { useState } from 'react';
import { initialsOf } from './format.ts';

interface AvatarProps {
  name: string;
  url: string | null;
  size?: number;
}

export function Avatar({ name, url, size = 28 }: AvatarProps) {
  const [failed, setFailed] = useState<string | null>(null);
  const box = { width: size, height: size, fontSize: Math.round(size * 0.4) };
  if (url !== null && url !== failed) {
    return (
      <img
        src={url}
        alt=""
        width={size}
        height={size}
        referrerPolicy="no-referrer"
        className="shrink-0 rounded-full bg-well object-cover"
        style={box}
        onError={() => setFailed(url)}
      />
    );
  }
  return (
    <span
      aria-hidden
      className="inline-flex shrink-0 items-center justify-center rounded-full bg-primary-soft font-medium text-on-primary-soft select-none"
      style={box}
    >
      {initialsOf(name) || '–'}
    </span>
  );
}
