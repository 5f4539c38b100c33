/** A square button that shows an icon and says its name to screen readers and on hover. */
import type { ComponentProps } from 'react';

interface IconButtonProps extends ComponentProps<'button'> {
  label: string;
}

export function IconButton({ label, className = '', ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={`inline-flex size-9 shrink-0 items-center justify-center rounded-sm text-muted transition-colors hover:bg-well hover:text-ink coarse:size-11 ${className}`}
    />
  );
}
