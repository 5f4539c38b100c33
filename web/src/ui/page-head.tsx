/** The head of a page: what it is, what it is for, its one main action. The heading takes focus after a navigation. */
import type { ReactNode } from 'react';

interface PageHeadProps {
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
}

export function PageHead({ title, children, action }: PageHeadProps) {
  return (
    <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-4">
      <div className="min-w-0 max-w-[72ch]">
        <h1 tabIndex={-1} className="text-2xl font-semibold tracking-tight">
          {title}
        </h1>
        {children !== undefined && <p className="mt-1.5 text-muted">{children}</p>}
      </div>
      {action}
    </header>
  );
}
