/** Where one can go. The rail, the sheet and the palette read this list; a new page adds its line here. */
import { House, type LucideIcon, MailPlus, MonitorSmartphone, Palette, UserRound } from 'lucide-react';
import type { Me } from '../../../contract/api.ts';
import type { Permission } from '../../../contract/tenants.ts';
import { may } from '../api/permissions.ts';

export interface Destination {
  readonly path: string;
  readonly label: string;
  readonly icon: LucideIcon;
  /** More words that the palette finds it by. */
  readonly keywords: string;
  /** Shown to those alone who may administer this. */
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
        path: '/invitations',
        label: 'Invitations',
        icon: MailPlus,
        keywords: 'invite people email join sign-up policy import csv',
        permission: 'members',
      },
      {
        path: '/branding',
        label: 'Branding',
        icon: Palette,
        keywords: 'brand colours font name logo theme publish sign-in',
        permission: 'branding',
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

/** What this member may see of it; what everybody may while it is not known who asks. */
export function navigationFor(member: Me['member'] | undefined): readonly DestinationGroup[] {
  return NAVIGATION.map(({ label, items }) => ({
    label,
    items: items.filter(
      ({ permission }) => permission === undefined || (member !== undefined && may(member, permission)),
    ),
  })).filter(({ items }) => items.length > 0);
}
