/** A part of a page under its own heading. */
import { type ReactNode, useId } from 'react';

interface SectionProps {
  title: string;
  description?: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
}

export function Section({ title, description, aside, children }: SectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="flex flex-col gap-4">
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-2">
        <div className="min-w-0">
          <h2 id={id} className="text-lg font-semibold">
            {title}
          </h2>
          {description !== undefined && (
            <p className="mt-0.5 max-w-[72ch] text-sm text-muted">{description}</p>
          )}
        </div>
        {aside !== undefined && <div className="text-sm text-muted">{aside}</div>}
      </div>
      {children}
    </section>
  );
}
