/** The bar on small screens: menu, brand, search, account. The menu's sheet is fetched when first opened. */
import { Menu, Search } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { IconButton } from '../ui/icon-button.tsx';
import { AccountButton } from './account-button.tsx';
import { BrandLink } from './rail.tsx';

const NavigationSheet = lazy(async () => ({
  default: (await import('./navigation-sheet.tsx')).NavigationSheet,
}));

export function TopBar({ onSearch }: { onSearch: () => void }) {
  const [sheet, setSheet] = useState<'unused' | 'open' | 'closed'>('unused');
  return (
    <header className="sticky top-0 z-30 flex h-14 items-center gap-1 border-b border-line bg-page px-2 sm:px-4 lg:hidden">
      <IconButton
        label="Menu"
        aria-haspopup="dialog"
        aria-expanded={sheet === 'open'}
        onClick={() => setSheet('open')}
      >
        <Menu aria-hidden size={20} strokeWidth={1.5} />
      </IconButton>
      <div className="flex min-w-0 flex-1">
        <BrandLink />
      </div>
      <IconButton label="Go to a page" onClick={onSearch}>
        <Search aria-hidden size={20} strokeWidth={1.5} />
      </IconButton>
      <AccountButton look="compact" />
      {sheet !== 'unused' && (
        <Suspense fallback={null}>
          <NavigationSheet open={sheet === 'open'} onClose={() => setSheet('closed')} />
        </Suspense>
      )}
    </header>
  );
}
