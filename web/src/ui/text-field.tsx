/** A line of text with its label and what is wrong with it. */
import { type ReactNode, useEffect, useRef } from 'react';
import { FIELD, LabelledField } from './labelled-field.tsx';

interface TextFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** Shown below, and read with the field; null while it is right. */
  error: string | null;
  hint?: ReactNode;
  placeholder?: string;
  longest?: number;
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
  hint,
  placeholder,
  longest = 2048,
  type = 'text',
  monospace = false,
  autoFocus = false,
}: TextFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (autoFocus) input.current?.focus();
  }, [autoFocus]);
  return (
    <LabelledField label={label} error={error} {...(hint === undefined ? {} : { hint })}>
      {(control) => (
        <input
          {...control}
          ref={input}
          type={type}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          // Not a password of the member: nothing for the browser to keep or to fill in.
          autoComplete={type === 'password' ? 'new-password' : 'off'}
          autoCapitalize="none"
          spellCheck={false}
          maxLength={longest}
          placeholder={placeholder}
          className={monospace ? `${FIELD} font-mono text-sm` : FIELD}
        />
      )}
    </LabelledField>
  );
}
