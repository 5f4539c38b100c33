/** Where one can go. The rail, the sheet and the palette read this list; a new page adds its line here. */

import { House, KeyRound, type LucideIcon, MonitorSmartphone, UserRound } from 'lucide-react';
import type { Permission } from '../../../contract/tenants.ts';

export interface Destination {
  readonly path: string;
  readonly label: string;
  readonly icon: LucideIcon;
  /** More words that the palette finds it by. */
  readonly keywords: string;
  /** Shown to members who may administer this; left out, to everybody. */
  readonly permission?: Permission;
}

export interface DestinationGroup {
  readonly label: string | null;
  readonly items: readonly Destination[];
}

export const NAVIGATION: readonly DestinationGroup[] = [
  {
    label: null,
    items: [{ path: '/', label: 'Dashboard', icon: House, keywords: 'home start usage plan limits' }],
  },
  {
    label: 'Manage',
    items: [
      {
        path: '/settings/sign-in',
        label: 'Sign-in',
        icon: KeyRound,
        keywords: 'oauth client github google callback secret settings',
        permission: 'domains',
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
