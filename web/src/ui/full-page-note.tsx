/** A page that is one message: nothing here, not allowed, offline, failed. */
import type { ReactNode } from 'react';

interface FullPageNoteProps {
  icon: ReactNode;
  title: string;
  children: ReactNode;
  actions: ReactNode;
  foot?: ReactNode;
}

export function FullPageNote({ icon, title, children, actions, foot }: FullPageNoteProps) {
  return (
    <div className="mx-auto flex min-h-[60dvh] max-w-md animate-appear flex-col items-center justify-center gap-2 px-6 py-16 text-center">
      <span className="mb-3 flex size-12 items-center justify-center rounded-md bg-well text-muted">
        {icon}
      </span>
      <h1 tabIndex={-1} className="text-xl font-semibold tracking-tight">
        {title}
      </h1>
      <p className="text-muted">{children}</p>
      <div className="mt-5 flex flex-wrap justify-center gap-3">{actions}</div>
      {foot !== undefined && <div className="mt-6 text-muted">{foot}</div>}
    </div>
  );
}
