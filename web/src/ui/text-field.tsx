/** A line of text with its label and what is wrong with it. */
import { useEffect, useId, useRef } from 'react';

interface TextFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** Shown below, and read with the field; null while it is right. */
  error: string | null;
  type?: 'text' | 'password';
  monospace?: boolean;
  /** Takes the focus when it appears: it answers a press. */
  autoFocus?: boolean;
}

export function TextField({
  label,
  value,
  onChange,
  error,
  type = 'text',
  monospace = false,
  autoFocus = false,
}: TextFieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (autoFocus) input.current?.focus();
  }, [autoFocus]);
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <input
        ref={input}
        id={id}
        type={type}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        // Not a password of the member: nothing for the browser to keep or to fill in.
        autoComplete={type === 'password' ? 'new-password' : 'off'}
        autoCapitalize="none"
        spellCheck={false}
        maxLength={2048}
        aria-invalid={error !== null}
        aria-describedby={error === null ? undefined : `${id}-error`}
        className={`min-h-9 w-full rounded-sm border border-line-strong bg-page px-3 py-1.5 text-ink aria-invalid:border-danger coarse:min-h-11 ${monospace ? 'font-mono text-sm' : ''}`}
      />
      {error !== null && (
        <p id={`${id}-error`} className="text-sm text-danger">
          {error}
        </p>
      )}
    </div>
  );
}
