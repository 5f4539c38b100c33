/** One colour of a palette: picked or typed, with what keeps it from being read. A part of the branding form. */
import { useId } from 'react';
import type { ContrastFailure } from '../../../contract/contrast.ts';
import { Button } from './button.tsx';
import { FIELD } from './labelled-field.tsx';

interface ColorFieldProps {
  label: string;
  scheme: 'light' | 'dark';
  value: string | undefined;
  /** What it is when nothing is set. */
  shown: string;
  invalid: boolean;
  failure: ContrastFailure | undefined;
  onChange: (value: string | undefined) => void;
}

export function ColorField({ label, scheme, value, shown, invalid, failure, onChange }: ColorFieldProps) {
  const noteId = useId();
  const name = `${label}, ${scheme}`;
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex items-center gap-2.5">
        <input
          type="color"
          aria-label={`Pick ${name}`}
          className="size-9 shrink-0 cursor-pointer rounded-sm border border-line-strong/60 bg-raised p-0.5 coarse:size-11"
          value={/^#[0-9a-f]{6}$/i.test(value ?? '') ? value : shown}
          onChange={({ target }) => onChange(target.value)}
        />
        <span className="w-16 shrink-0 text-sm font-medium">{label}</span>
        <input
          type="text"
          aria-label={name}
          spellCheck={false}
          autoComplete="off"
          maxLength={7}
          className={`${FIELD} max-w-28 font-mono text-sm`}
          value={value ?? ''}
          placeholder={shown}
          aria-invalid={invalid || failure !== undefined || undefined}
          aria-describedby={noteId}
          onChange={({ target }) => onChange(target.value === '' ? undefined : target.value)}
        />
        {value !== undefined && (
          <Button variant="ghost" size="sm" aria-label={`Clear ${name}`} onClick={() => onChange(undefined)}>
            Clear
          </Button>
        )}
      </div>
      <div id={noteId} aria-live="polite" className="text-sm empty:hidden">
        {invalid && (
          <p className="w-fit rounded-xs bg-danger-soft px-1 text-danger">Six digits, such as #0f766e.</p>
        )}
        {failure !== undefined && (
          <div className="flex flex-wrap items-center gap-2">
            <p className="rounded-xs bg-danger-soft px-1 text-danger">
              Contrast with the surface is {failure.ratio}:1, it needs {failure.need}:1.
            </p>
            <Button size="sm" onClick={() => onChange(failure.nearest)}>
              Use nearest passing {failure.nearest}
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}
