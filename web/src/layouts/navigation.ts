/** Where one can go. The rail, the sheet and the palette read this list; a new page adds its line here. */
import { useSuspenseQuery } from '@tanstack/react-query';
import { House, type LucideIcon, MonitorSmartphone, UserRound, UsersRound } from 'lucide-react';
import type { Permission } from '../../../contract/tenants.ts';
import { may } from '../api/permissions.ts';
import { meQuery } from '../api/queries.ts';

export interface Destination {
  readonly path: string;
  readonly label: string;
  readonly icon: LucideIcon;
  /** More words that the palette finds it by. */
  readonly keywords: string;
  /** Shown to members with this permission alone. */
  readonly permission?: Permission;
}

export interface DestinationGroup {
  readonly label: string | null;
  readonly items: readonly Destination[];
}

const NAVIGATION: readonly DestinationGroup[] = [
  {
    label: null,
    items: [{ path: '/', label: 'Dashboard', icon: House, keywords: 'home start usage plan limits' }],
  },
  {
    label: 'Manage',
    items: [
      {
        path: '/members',
        label: 'Members',
        icon: UsersRound,
        keywords: 'people team users roles permissions admins clients suspend remove',
        permission: 'members',
      },
    ],
  },
  {
    label: 'Your account',
    items: [
      {
        path: '/profile',
        label: 'Profile',
        icon: UserRound,
        keywords: 'name email role connected github google theme',
      },
      {
        path: '/sessions',
        label: 'Sessions',
        icon: MonitorSmartphone,
        keywords: 'devices sign-ins security browsers sign out everywhere',
      },
    ],
  },
];

/** Those of them that the signed-in member may go to. */
export function useNavigationGroups(): readonly DestinationGroup[] {
  const { member } = useSuspenseQuery(meQuery).data;
  return NAVIGATION.map(({ label, items }) => ({
    label,
    items: items.filter(({ permission }) => permission === undefined || may(member, permission)),
  })).filter(({ items }) => items.length > 0);
}
