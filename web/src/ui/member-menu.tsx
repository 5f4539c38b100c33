/** What can be done with one member. Loaded when a hand or the focus comes near its button; used by member-row.tsx. */
import { Menu } from '@base-ui/react/menu';
import { KeyRound, type LucideIcon, PauseCircle, PlayCircle, UserRoundX } from 'lucide-react';
import type { MouseEvent } from 'react';
import type { Member } from '../../../contract/members.ts';
import { MENU, MENU_ITEM } from './floating.ts';
import { MENU_BUTTON, MenuDots } from './menu-dots.tsx';

export type MemberAction = 'permissions' | 'suspend' | 'reinstate' | 'remove';

interface MemberMenuProps {
  label: string;
  member: Member;
  onAct: (action: MemberAction) => void;
}

export function MemberMenu({ label, member, onAct }: MemberMenuProps) {
  const staying = member.lastAdmin ? 'The only one who can manage members' : null;
  return (
    <Menu.Root defaultOpen>
      <Menu.Trigger aria-label={label} title={label} className={MENU_BUTTON}>
        <MenuDots />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={4} align="end" collisionPadding={8} className="z-40 outline-none">
          <Menu.Popup className={`${MENU} w-60`}>
            {member.status !== 'removed' && member.role !== 'super_admin' && (
              <Item icon={KeyRound} label="Permissions…" onClick={() => onAct('permissions')} />
            )}
            {member.status === 'active' ? (
              <Item icon={PauseCircle} label="Suspend…" reason={staying} onClick={() => onAct('suspend')} />
            ) : (
              <Item icon={PlayCircle} label="Reinstate" onClick={() => onAct('reinstate')} />
            )}
            {member.status !== 'removed' && (
              <Item icon={UserRoundX} label="Remove…" reason={staying} onClick={() => onAct('remove')} />
            )}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

interface ItemProps {
  icon: LucideIcon;
  label: string;
  reason?: string | null;
  onClick: (event: MouseEvent) => void;
}

function Item({ icon: Icon, label, reason = null, onClick }: ItemProps) {
  return (
    <Menu.Item
      className={`${MENU_ITEM} data-disabled:text-muted`}
      disabled={reason !== null}
      onClick={onClick}
    >
      <Icon aria-hidden size={16} strokeWidth={1.5} className="shrink-0 text-muted" />
      <span>
        {label}
        {reason !== null && <span className="block text-xs">{reason}</span>}
      </span>
    </Menu.Item>
  );
}
