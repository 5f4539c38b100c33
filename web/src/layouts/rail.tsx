import { LifeBuoy, Search } from 'lucide-react';
import { Link, NavLink } from 'react-router';
import { useBoot } from '../api/boot.ts';
import { BrandSign } from '../ui/brand-mark.tsx';
import { supportHref } from '../ui/support.ts';
import { AccountButton } from './account-button.tsx';
import { useNavigation } from './navigation.ts';

export function Rail({ onSearch }: { onSearch: () => void }) {
  return (
    <header className="sticky top-0 row-span-2 hidden h-dvh flex-col gap-4 border-e border-line px-3 py-4 lg:flex">
      <BrandLink />
      <button
        type="button"
        onClick={onSearch}
        aria-keyshortcuts="Meta+K Control+K"
        className="flex min-h-9 items-center gap-2.5 rounded-sm border border-line px-2.5 text-start text-muted transition-colors hover:bg-well hover:text-ink"
      >
        <Search aria-hidden size={16} strokeWidth={1.5} />
        <span className="flex-1">Go to…</span>
        <kbd aria-hidden className="font-sans text-xs">
          {/mac|iphone|ipad/i.test(navigator.platform) ? '⌘K' : 'Ctrl K'}
        </kbd>
      </button>
      <nav aria-label="Main" className="-mx-1 min-h-0 flex-1 overflow-y-auto px-1">
        <Places />
      </nav>
      <div className="flex flex-col gap-1">
        <HelpLink />
        <AccountButton />
      </div>
    </header>
  );
}

export function BrandLink({ onClick }: { onClick?: () => void }) {
  return (
    <Link to="/" onClick={onClick} className="flex min-w-0 items-center gap-2.5 rounded-sm px-2 py-1.5">
      <BrandSign brand={useBoot().brand} />
    </Link>
  );
}

const ITEM =
  'flex min-h-9 items-center gap-2.5 rounded-sm px-2.5 py-1.5 transition-colors coarse:min-h-11 text-muted hover:bg-well hover:text-ink';
const ACTIVE =
  'aria-[current=page]:bg-primary-soft aria-[current=page]:font-medium aria-[current=page]:text-on-primary-soft';

export function Places({ onGo }: { onGo?: () => void }) {
  return useNavigation().map(({ label, items }) => (
    <div key={label ?? 'top'} className="not-first:mt-5">
      {label !== null && <p className="px-2.5 pb-1 text-xs font-medium text-muted">{label}</p>}
      <ul className="flex flex-col gap-0.5">
        {items.map(({ path, label: name, icon: Icon }) => (
          <li key={path}>
            <NavLink to={path} end={path === '/'} onClick={onGo} className={`${ITEM} ${ACTIVE}`}>
              <Icon aria-hidden size={18} strokeWidth={1.5} />
              {name}
            </NavLink>
          </li>
        ))}
      </ul>
    </div>
  ));
}

export function HelpLink() {
  const href = supportHref(useBoot().brand);
  if (href === null) return null;
  return (
    <a href={href} className={ITEM}>
      <LifeBuoy aria-hidden size={18} strokeWidth={1.5} />
      Help
    </a>
  );
}
