/** Where one can go. The rail, the sheet and the palette read this list; a new page adds its line here. */
import { House, type LucideIcon, MonitorSmartphone, UserRound } from 'lucide-react';

export interface Destination {
  readonly path: string;
  readonly label: string;
  readonly icon: LucideIcon;
  /** More words that the palette finds it by. */
  readonly keywords: string;
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
