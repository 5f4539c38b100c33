/** The head of a column that a table can be sorted by; says so, and in which direction it is. */
import { ArrowDown, ArrowUp } from 'lucide-react';
import type { ReactNode } from 'react';

interface SortableHeadProps {
  sorted: 'asc' | 'desc' | null;
  onSort: () => void;
  children: ReactNode;
  className?: string;
}

export function SortableHead({ sorted, onSort, children, className = '' }: SortableHeadProps) {
  const Arrow = sorted === 'desc' ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      aria-sort={sorted === null ? undefined : sorted === 'asc' ? 'ascending' : 'descending'}
      className={`py-1 pe-4 text-start font-medium ${className}`}
    >
      <button
        type="button"
        onClick={onSort}
        className={`-ms-1.5 inline-flex min-h-8 items-center gap-1 rounded-xs px-1.5 transition-colors hover:text-ink ${sorted === null ? '' : 'text-ink'}`}
      >
        {children}
        {sorted !== null && <Arrow aria-hidden size={14} strokeWidth={1.75} />}
      </button>
    </th>
  );
}
