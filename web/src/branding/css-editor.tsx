/** A text area for CSS with the numbers of its lines. The tab key leaves it, as it leaves every field. */
import { type ReactNode, useId, useRef } from 'react';

interface CssEditorProps {
  css: string;
  refusedLines: ReadonlySet<number>;
  note: ReactNode;
  onChange: (css: string) => void;
}

export function CssEditor({ css, refusedLines, note, onChange }: CssEditorProps) {
  const id = useId();
  const numbers = useRef<HTMLDivElement>(null);
  const lines = css.split('\n').length;
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="sr-only">
        Custom CSS
      </label>
      <div
        className={`flex h-72 overflow-hidden rounded-sm border bg-raised font-mono text-sm focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-focus ${
          refusedLines.size > 0 ? 'border-danger' : 'border-line-strong'
        }`}
      >
        <div ref={numbers} aria-hidden className="shrink-0 overflow-hidden bg-well py-2 text-end text-muted">
          {Array.from({ length: lines }, (_, index) => index + 1).map((line) => (
            <div
              key={line}
              className={`px-2 ${refusedLines.has(line) ? 'bg-danger-soft font-semibold text-danger' : ''}`}
            >
              {line}
            </div>
          ))}
          <div className="h-10" />
        </div>
        <textarea
          id={id}
          className="min-w-0 flex-1 resize-none overflow-auto bg-transparent px-3 py-2 whitespace-pre outline-none"
          value={css}
          placeholder=".text-link { text-decoration: none }"
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          wrap="off"
          aria-invalid={refusedLines.size > 0 || undefined}
          aria-describedby={`${id}-note`}
          onChange={({ target }) => onChange(target.value)}
          onScroll={({ currentTarget }) => {
            if (numbers.current !== null) numbers.current.scrollTop = currentTarget.scrollTop;
          }}
        />
      </div>
      <div id={`${id}-note`} className="text-sm">
        {note}
      </div>
    </div>
  );
}
