/** What differs between two brands, token by token, colours as swatches. Knows no server. */
import { ArrowRight } from 'lucide-react';
import type { BrandChange } from '../../../contract/brand-versions.ts';
import type { Font } from '../../../contract/branding.ts';
import { FONT_NAMES, tokenName } from './brand-tokens.ts';

/** More of a text than this says no more about what changed. */
const LONGEST = 160;

export function BrandDiff({ changes }: { changes: readonly BrandChange[] }) {
  return (
    <dl className="flex flex-col gap-2 text-sm">
      {changes.map(({ pointer, before, after }) => (
        <div key={pointer} className="grid gap-x-4 sm:grid-cols-[9rem_minmax(0,1fr)]">
          <dt className="text-muted">{tokenName(pointer)}</dt>
          <dd className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5">
            <Value pointer={pointer} value={before} />
            <ArrowRight
              role="img"
              aria-label="becomes"
              size={14}
              strokeWidth={1.5}
              className="shrink-0 text-muted"
            />
            <Value pointer={pointer} value={after} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Value({ pointer, value }: { pointer: string; value: BrandChange['before'] }) {
  if (value === null) return <span className="text-muted">not set</span>;
  if (typeof value === 'string' && pointer.startsWith('/colors/'))
    return (
      <span className="inline-flex items-center gap-1.5 font-mono">
        <svg aria-hidden="true" className="size-4 shrink-0 rounded-xs border border-line-strong/60">
          <rect width="100%" height="100%" fill={value} />
        </svg>
        {value}
      </span>
    );
  return <span className="min-w-0 break-words">{wordsFor(pointer, value)}</span>;
}

function wordsFor(pointer: string, value: NonNullable<BrandChange['before']>): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'number') return `${value} px`;
  // A picture is told by its content's hash: two of them differ, and that is all there is to say.
  if (pointer.startsWith('/images/')) return `picture ${value.slice(0, 6)}`;
  if (pointer === '/font') return FONT_NAMES[value as Font] ?? value;
  return value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
}
