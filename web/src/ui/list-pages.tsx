/** The ways through a list whose state is in the address: what is shown of it, and its pages by cursor. */
import { Link, useLocation, useSearchParams } from 'react-router';
import { buttonClass } from './button.tsx';

interface ListFilterProps {
  /** Names the choice for a screen reader. */
  label: string;
  /** By the value of `?state=`; the first one is what is shown without it. */
  choices: Readonly<Record<string, string>>;
  chosen: string;
}

export function ListFilter({ label, choices, chosen }: ListFilterProps) {
  const { pathname } = useLocation();
  return (
    <nav aria-label={label} className="flex gap-1">
      {Object.entries(choices).map(([value, name], index) => (
        <Link
          key={value}
          to={index === 0 ? pathname : `${pathname}?state=${value}`}
          replace
          preventScrollReset
          aria-current={chosen === value ? 'true' : undefined}
          className="inline-flex min-h-8 items-center rounded-sm px-3 text-sm text-muted transition-colors hover:text-ink aria-[current=true]:bg-well aria-[current=true]:font-medium aria-[current=true]:text-ink coarse:min-h-11"
        >
          {name}
        </Link>
      ))}
    </nav>
  );
}

interface ListPagesProps {
  nextCursor: string | null;
  first: string;
  next: string;
}

/** Nothing where one page holds it all. */
export function ListPages({ nextCursor, first, next }: ListPagesProps) {
  const { pathname } = useLocation();
  const [query] = useSearchParams();
  const paged = query.has('cursor');
  if (!paged && nextCursor === null) return null;
  const link = (cursor: string | null, name: string) => {
    const address = new URLSearchParams(query);
    if (cursor === null) address.delete('cursor');
    else address.set('cursor', cursor);
    return (
      <Link className={buttonClass('secondary', 'sm')} to={{ pathname, search: `${address}` }}>
        {name}
      </Link>
    );
  };
  return (
    <nav aria-label="Pages of the list" className="flex justify-between gap-4">
      {paged ? link(null, first) : <span />}
      {nextCursor !== null && link(nextCursor, next)}
    </nav>
  );
}
