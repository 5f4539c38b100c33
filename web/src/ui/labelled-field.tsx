/** A form field under its label, with what to know about it and what is wrong with it. */
import { type ReactNode, useId } from 'react';

/** The look of an input, a select or a text area. */
export const FIELD =
  'w-full min-w-0 min-h-9 rounded-sm border border-line-strong bg-raised px-3 py-1.5 text-ink ' +
  'placeholder:text-muted aria-invalid:border-danger coarse:min-h-11';

interface LabelledFieldProps {
  label: string;
  hint?: ReactNode;
  error?: string | null;
  className?: string;
  /** Renders the control with what ties it to label, hint and error. */
  children: (control: {
    id: string;
    'aria-describedby': string | undefined;
    'aria-invalid': boolean;
  }) => ReactNode;
}

export function LabelledField({ label, hint, error = null, className = '', children }: LabelledFieldProps) {
  const id = useId();
  const told = hint !== undefined || error !== null;
  return (
    <div className={`flex min-w-0 flex-col gap-1.5 ${className}`}>
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children({ id, 'aria-describedby': told ? `${id}-note` : undefined, 'aria-invalid': error !== null })}
      {told && (
        <div id={`${id}-note`} className="text-sm">
          {error !== null && <p className="w-fit rounded-xs bg-danger-soft px-1 text-danger">{error}</p>}
          {hint !== undefined && <p className="text-muted">{hint}</p>}
        </div>
      )}
    </div>
  );
}
