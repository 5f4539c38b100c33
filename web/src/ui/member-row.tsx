/** A member in the list: a row of the table, a card on small screens. Used by the members page. */
import { PauseCircle, UserRoundX } from 'lucide-react';
import { lazy, Suspense, useId, useState } from 'react';
import type { Member } from '../../../contract/members.ts';
import { roleAllows } from '../../../contract/permissions.ts';
import type { TenantRole } from '../../../contract/tenants.ts';
import { Avatar } from './avatar.tsx';
import { Badge } from './badge.tsx';
import type { MemberAction } from './member-menu.tsx';
import { MENU_BUTTON, MenuDots } from './menu-dots.tsx';
import { Moment } from './moment.tsx';
import { ROLE_NAMES } from './names.ts';
import { ALL_PERMISSIONS, PERMISSION_NAMES } from './permission-names.ts';
import { PROVIDER_NAMES, ProviderMark } from './provider-mark.tsx';
import { Skeleton } from './skeleton.tsx';

const loadMenu = () => import('./member-menu.tsx');
const MemberMenu = lazy(async () => ({ default: (await loadMenu()).MemberMenu }));

export const memberName = (member: Pick<Member, 'name' | 'email'>): string =>
  member.name ?? member.email ?? 'Somebody without a name';

interface MemberRowProps {
  member: Member;
  /** Roles that the one who asks may give. */
  roles: readonly TenantRole[];
  /** Why the row cannot be changed; null when it can. */
  locked: string | null;
  busy: boolean;
  onRole: (role: TenantRole) => void;
  onAct: (action: MemberAction) => void;
}

export function MemberRow({ member, roles, locked, busy, onRole, onAct }: MemberRowProps) {
  const name = memberName(member);
  return (
    <tr className="max-sm:relative max-sm:flex max-sm:flex-col max-sm:gap-2.5 max-sm:py-4">
      <td className="py-3 pe-4 align-top max-sm:py-0 max-sm:pe-12">
        <div className="flex items-center gap-3">
          <Avatar name={name} url={member.avatarUrl} size={36} />
          <div className="min-w-0">
            <p className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium">
              <span className="min-w-0 break-words">{name}</span>
              {member.current && <Badge tone="brand">You</Badge>}
              <Status status={member.status} />
            </p>
            <p className="flex items-center gap-1.5 text-sm text-muted">
              {member.email !== null && member.email !== name && (
                <span className="min-w-0 break-all">{member.email}</span>
              )}
              {member.providers.map((provider) => (
                <span key={provider} title={PROVIDER_NAMES[provider]} className="shrink-0">
                  <ProviderMark provider={provider} size={13} />
                  <span className="sr-only">Signs in with {PROVIDER_NAMES[provider]}</span>
                </span>
              ))}
            </p>
          </div>
        </div>
      </td>
      <td className="py-3 pe-4 align-top max-sm:py-0 max-sm:ps-12">
        <Role member={member} name={name} roles={roles} locked={locked} busy={busy} onRole={onRole} />
      </td>
      <td className="py-4 pe-4 align-top text-sm whitespace-nowrap text-muted tabular-nums max-sm:py-0 max-sm:ps-12">
        <span className="sm:hidden">Last seen </span>
        {member.lastSeenAt === null ? 'Never' : <Moment at={member.lastSeenAt} />}
      </td>
      <td className="py-4 pe-4 align-top text-sm whitespace-nowrap text-muted tabular-nums max-lg:hidden">
        <Moment at={member.createdAt} />
      </td>
      <td className="w-9 py-2.5 align-top max-sm:absolute max-sm:end-0 max-sm:top-3 max-sm:py-0">
        {locked === null && <Actions label={`Actions for ${name}`} member={member} onAct={onAct} />}
      </td>
    </tr>
  );
}

function Status({ status }: Pick<Member, 'status'>) {
  if (status === 'active') return null;
  const Icon = status === 'suspended' ? PauseCircle : UserRoundX;
  return (
    <Badge tone={status === 'suspended' ? 'warning' : 'neutral'}>
      <Icon aria-hidden size={12} strokeWidth={1.75} />
      {status === 'suspended' ? 'Suspended' : 'Removed'}
    </Badge>
  );
}

interface RoleProps extends Pick<MemberRowProps, 'member' | 'roles' | 'locked' | 'busy' | 'onRole'> {
  name: string;
}

function Role({ member, name, roles, locked, busy, onRole }: RoleProps) {
  const id = useId();
  const reason =
    locked ??
    (member.status === 'removed'
      ? 'Reinstate to change the role.'
      : member.lastAdmin
        ? 'The only one who can manage members.'
        : null);
  return (
    <>
      <select
        aria-label={`Role of ${name}`}
        aria-describedby={id}
        value={member.role}
        disabled={reason !== null}
        // Not `disabled` while it is saved: that would drop the focus of whoever chose with the keyboard.
        aria-disabled={busy || undefined}
        onChange={(event) => {
          if (!busy) onRole(event.target.value as TenantRole);
        }}
        className="min-h-9 w-36 rounded-sm border border-line-strong bg-raised px-2.5 text-ink disabled:border-line disabled:bg-transparent disabled:text-muted coarse:min-h-11"
      >
        {(['client', 'admin', 'super_admin'] as const)
          .filter((role) => role === member.role || role !== 'super_admin' || roles.includes(role))
          .map((role) => (
            <option key={role} value={role} disabled={role !== member.role && !roles.includes(role)}>
              {ROLE_NAMES[role]}
            </option>
          ))}
      </select>
      <p id={id} className="mt-1 max-w-56 text-xs text-muted">
        {reason ?? mayDo(member)}
      </p>
    </>
  );
}

/** A role in words, with what was given or taken away. */
function mayDo({ role, permissions }: Pick<Member, 'role' | 'permissions'>): string {
  if (role === 'super_admin') return 'Manages this portal and its partners';
  const allowed = ALL_PERMISSIONS.filter((permission) => roleAllows(role, permissions, permission));
  const names = (list: readonly (typeof ALL_PERMISSIONS)[number][]) =>
    list.map((permission) => PERMISSION_NAMES[permission].name.toLowerCase()).join(', ');
  if (role === 'client') return allowed.length === 0 ? 'Uses the portal' : `Also manages ${names(allowed)}`;
  const missing = ALL_PERMISSIONS.filter((permission) => !allowed.includes(permission));
  return missing.length === 0 ? 'Manages everything here' : `Manages all but ${names(missing)}`;
}

function Actions({
  label,
  member,
  onAct,
}: {
  label: string;
  member: Member;
  onAct: MemberRowProps['onAct'];
}) {
  const [wanted, setWanted] = useState(false);
  const button = (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-haspopup="menu"
      aria-expanded={false}
      className={MENU_BUTTON}
      onPointerEnter={loadMenu}
      onFocus={loadMenu}
      onClick={() => setWanted(true)}
    >
      <MenuDots />
    </button>
  );
  if (!wanted) return button;
  return (
    <Suspense fallback={button}>
      <MemberMenu label={label} member={member} onAct={onAct} />
    </Suspense>
  );
}

/** Rows with the size of what comes. */
export function MemberRowSkeletons() {
  return (
    <ul className="divide-y divide-line border-y border-line">
      {['first', 'second', 'third', 'fourth'].map((row) => (
        <li key={row} className="flex min-h-20 items-center gap-3 py-3">
          <Skeleton className="size-9" />
          <div className="flex flex-1 flex-col gap-1.5">
            <Skeleton className="h-4 w-40" />
            <Skeleton className="h-4 w-56" />
          </div>
          <Skeleton className="h-9 w-36 max-sm:hidden" />
        </li>
      ))}
    </ul>
  );
}
