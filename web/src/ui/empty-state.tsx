/** The empty face of a list: what would be here, why it is not, and what to do about it. */
import type { ReactNode } from 'react';

interface EmptyStateProps {
  icon: ReactNode;
  title: string;
  children: ReactNode;
  action?: ReactNode;
}

export function EmptyState({ icon, title, children, action }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center gap-1 rounded-md border border-dashed border-line px-6 py-10 text-center">
      <span className="mb-2 text-muted">{icon}</span>
      <p className="font-medium">{title}</p>
      <p className="max-w-[48ch] text-sm text-muted">{children}</p>
      {action !== undefined && <div className="mt-4">{action}</div>}
    </div>
  );
}
