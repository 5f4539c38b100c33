/** The button of the app, and its look for links. While busy it keeps its size, its place and the focus. */
import type { ComponentProps, ReactNode } from 'react';
import { Spinner } from './spinner.tsx';

export type ButtonVariant = 'primary' | 'secondary' | 'ghost' | 'danger';
export type ButtonSize = 'sm' | 'md' | 'lg';

const BASE =
  'relative inline-flex items-center justify-center gap-2 rounded-sm font-medium select-none text-center ' +
  'transition-[background-color,border-color,opacity] aria-disabled:opacity-60 disabled:opacity-60';

const VARIANTS: Record<ButtonVariant, string> = {
  primary: 'border border-primary-edge bg-primary text-on-primary hover:not-aria-disabled:bg-primary-hover',
  secondary: 'border border-line-strong/60 bg-raised text-ink hover:not-aria-disabled:bg-sunken',
  ghost: 'text-ink hover:not-aria-disabled:bg-well',
  danger: 'bg-danger-solid text-on-danger hover:not-aria-disabled:bg-danger-hover',
};

const SIZES: Record<ButtonSize, string> = {
  sm: 'min-h-8 px-3 py-1 text-sm coarse:min-h-10',
  md: 'min-h-9 px-3.5 py-1.5 text-base coarse:min-h-11',
  lg: 'min-h-11 px-4 py-2 text-base',
};

export function buttonClass(variant: ButtonVariant = 'secondary', size: ButtonSize = 'md'): string {
  return `${BASE} ${VARIANTS[variant]} ${SIZES[size]}`;
}

interface ButtonProps extends Omit<ComponentProps<'button'>, 'disabled'> {
  variant?: ButtonVariant;
  size?: ButtonSize;
  icon?: ReactNode;
  busy?: boolean;
}

export function Button({
  variant = 'secondary',
  size = 'md',
  icon,
  busy = false,
  className = '',
  children,
  onClick,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={`${buttonClass(variant, size)} ${className}`}
      // Not `disabled`: that would drop the focus of whoever pressed it.
      aria-disabled={busy || rest['aria-disabled']}
      aria-busy={busy || undefined}
      onClick={busy ? undefined : onClick}
    >
      {busy ? <Spinner /> : icon}
      {children}
    </button>
  );
}
