/** Who is signed in. Pressing it opens the account menu, whose code is fetched when a hand or the focus comes near. */
import { useSuspenseQuery } from '@tanstack/react-query';
import { ChevronsUpDown } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { meQuery } from '../api/queries.ts';
import { Avatar } from '../ui/avatar.tsx';

const loadMenu = () => import('./account-menu.tsx');
const AccountMenu = lazy(async () => ({ default: (await loadMenu()).AccountMenu }));

const LOOKS = {
  full: 'flex w-full min-w-0 items-center gap-2.5 rounded-sm p-2 text-start transition-colors hover:bg-well data-popup-open:bg-well',
  compact: 'flex size-11 items-center justify-center rounded-full',
} as const;

interface AccountButtonProps {
  look?: keyof typeof LOOKS;
}

export function AccountButton({ look = 'full' }: AccountButtonProps) {
  const [wanted, setWanted] = useState(false);
  const face = <AccountFace look={look} />;
  const className = LOOKS[look];
  const button = (
    <button
      type="button"
      aria-haspopup="menu"
      aria-expanded={false}
      className={className}
      onPointerEnter={loadMenu}
      onFocus={loadMenu}
      onClick={() => setWanted(true)}
    >
      {face}
    </button>
  );
  if (!wanted) return button;
  return (
    <Suspense fallback={button}>
      <AccountMenu className={className} face={face} />
    </Suspense>
  );
}

function AccountFace({ look }: { look: keyof typeof LOOKS }) {
  const { member } = useSuspenseQuery(meQuery).data;
  const name = member.name ?? member.email ?? 'Your account';
  if (look === 'compact') {
    return (
      <>
        <Avatar name={name} url={member.avatarUrl} size={32} />
        <span className="sr-only">Account of {name}</span>
      </>
    );
  }
  return (
    <>
      <Avatar name={name} url={member.avatarUrl} size={32} />
      <span className="min-w-0 flex-1">
        <span className="sr-only">Account of </span>
        <span className="block truncate font-medium leading-5">{name}</span>
        {member.email !== null && member.email !== name && (
          <span className="block truncate text-xs text-muted">{member.email}</span>
        )}
      </span>
      <ChevronsUpDown aria-hidden size={16} strokeWidth={1.5} className="shrink-0 text-muted" />
    </>
  );
}
