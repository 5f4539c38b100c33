/** The account menu: profile, sessions, palette of the page, the brand's legal links, sign out. */
import { Menu } from '@base-ui/react/menu';
import {
  Check,
  LogOut,
  Monitor,
  MonitorSmartphone,
  Moon,
  ScrollText,
  Shield,
  Sun,
  UserRound,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { boot } from '../api/boot.ts';
import { MENU, MENU_ITEM } from '../ui/floating.ts';
import { chooseTheme, THEME_CHOICES, type ThemeChoice, useThemeChoice } from '../ui/theme-choice.ts';
import { useSignOut } from './sign-out.ts';

const THEMES: Record<ThemeChoice, { label: string; icon: typeof Sun }> = {
  light: { label: 'Light', icon: Sun },
  dark: { label: 'Dark', icon: Moon },
  system: { label: 'System', icon: Monitor },
};

interface AccountMenuProps {
  className: string;
  face: ReactNode;
}

export function AccountMenu({ className, face }: AccountMenuProps) {
  const navigate = useNavigate();
  const signOut = useSignOut();
  return (
    <Menu.Root defaultOpen>
      <Menu.Trigger className={className}>{face}</Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={6} align="end" collisionPadding={8} className="z-50 outline-none">
          <Menu.Popup
            className={`${MENU} max-h-(--available-height) w-56 min-w-(--anchor-width) overflow-y-auto`}
          >
            <Menu.Item className={MENU_ITEM} onClick={() => navigate('/profile')}>
              <UserRound aria-hidden size={16} strokeWidth={1.5} className="text-muted" />
              Profile
            </Menu.Item>
            <Menu.Item className={MENU_ITEM} onClick={() => navigate('/sessions')}>
              <MonitorSmartphone aria-hidden size={16} strokeWidth={1.5} className="text-muted" />
              Sessions
            </Menu.Item>
            <Divider />
            <ThemeItems />
            <LegalItems />
            <Divider />
            <Menu.Item className={MENU_ITEM} onClick={() => signOut()}>
              <LogOut aria-hidden size={16} strokeWidth={1.5} className="text-muted" />
              Sign out
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function Divider() {
  return <Menu.Separator className="mx-2 my-1 h-px bg-line" />;
}

function ThemeItems() {
  const theme = useThemeChoice();
  return (
    <Menu.RadioGroup value={theme} onValueChange={chooseTheme}>
      <Menu.GroupLabel className="px-2.5 pt-1.5 pb-1 text-xs font-medium text-muted">
        Appearance
      </Menu.GroupLabel>
      {THEME_CHOICES.map((choice) => {
        const { label, icon: Icon } = THEMES[choice];
        return (
          <Menu.RadioItem key={choice} value={choice} className={MENU_ITEM}>
            <Icon aria-hidden size={16} strokeWidth={1.5} className="text-muted" />
            <span className="flex-1">{label}</span>
            <Menu.RadioItemIndicator>
              <Check aria-hidden size={16} strokeWidth={1.75} />
            </Menu.RadioItemIndicator>
          </Menu.RadioItem>
        );
      })}
    </Menu.RadioGroup>
  );
}

function LegalItems() {
  const links = [
    { label: 'Terms', icon: ScrollText, href: boot.brand.termsUrl },
    { label: 'Privacy', icon: Shield, href: boot.brand.privacyUrl },
  ].filter((link) => link.href !== null);
  if (links.length === 0) return null;
  return (
    <>
      <Divider />
      {links.map(({ label, icon: Icon, href }) => (
        <Menu.LinkItem key={label} className={MENU_ITEM} href={href ?? undefined}>
          <Icon aria-hidden size={16} strokeWidth={1.5} className="text-muted" />
          {label}
        </Menu.LinkItem>
      ))}
    </>
  );
}
