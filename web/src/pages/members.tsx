/** Who belongs to this portal: search, change roles and permissions, suspend, reinstate, remove. */
import {
  keepPreviousData,
  useMutation,
  useQuery,
  useQueryClient,
  useSuspenseQuery,
} from '@tanstack/react-query';
import { UsersRound } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useCallback, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import type { Me } from '../../../contract/api.ts';
import type { Member, MemberChange, MembersQuery } from '../../../contract/members.ts';
import type { TenantRole } from '../../../contract/tenants.ts';
import { wordingForError } from '../api/administration-wording.ts';
import { ApiError } from '../api/api-error.ts';
import { changeMember, membersQuery, removeMember, wordingForChange } from '../api/members-queries.ts';
import { may } from '../api/permissions.ts';
import { meQuery } from '../api/queries.ts';
import { buttonClass } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { ListPages } from '../ui/list-pages.tsx';
import { announce } from '../ui/live-region.tsx';
import { MemberFilters } from '../ui/member-filters.tsx';
import type { MemberAction } from '../ui/member-menu.tsx';
import { MemberRow, MemberRowSkeletons, memberName } from '../ui/member-row.tsx';
import { ROLE_NAMES } from '../ui/names.ts';
import { PageHead } from '../ui/page-head.tsx';
import { ALL_PERMISSIONS } from '../ui/permission-names.ts';
import { Loading } from '../ui/skeleton.tsx';
import { SortableHead } from '../ui/sortable-head.tsx';

const ConfirmDialog = lazy(async () => ({
  default: (await import('../ui/confirm-dialog.tsx')).ConfirmDialog,
}));
const PermissionsDialog = lazy(async () => ({
  default: (await import('../ui/permissions-dialog.tsx')).PermissionsDialog,
}));

/** What is asked before it is done. */
type Asking = { about: 'permissions' | 'suspend' | 'remove'; member: Member };
/** What is done, and what is said when it was. */
type Change = { member: Member; change: MemberChange | 'remove'; said: string };

export function MembersPage() {
  const me = useSuspenseQuery(meQuery).data;
  const [asking, setAsking] = useState<Asking | null>(null);
  const queryClient = useQueryClient();
  const { mutate, isPending, error, variables, reset } = useMutation({
    mutationFn: async ({ member, change }: Change) => {
      if (change === 'remove') await removeMember(member.id);
      else await changeMember(member.id, change);
    },
    onSuccess: async (_, { said }) => {
      await queryClient.invalidateQueries({ queryKey: ['members'] });
      announce(said);
      setAsking(null);
    },
    // Somebody else may have been quicker: what is shown is read again.
    onError: () => void queryClient.invalidateQueries({ queryKey: ['members'] }),
  });
  const close = () => {
    setAsking(null);
    reset();
  };
  const act = (member: Member, action: MemberAction) => {
    reset();
    if (action !== 'reinstate') setAsking({ about: action, member });
    else mutate({ member, change: { status: 'active' }, said: `${memberName(member)} can sign in again` });
  };
  const failure = error instanceof ApiError && (
    <ErrorNote {...wordingForChange(error)} requestId={error.requestId} />
  );
  return (
    <div className="flex flex-col gap-8">
      <PageHead title="Members">Everybody who belongs to this portal, and what each of them may do.</PageHead>
      <div className="flex flex-col gap-4">
        <Filters me={me} />
        {asking === null && failure}
        <MemberList
          me={me}
          busy={isPending ? (variables?.member.id ?? null) : null}
          onRole={(member, role) =>
            mutate({ member, change: { role }, said: `${memberName(member)} is ${ROLE_NAMES[role]} now` })
          }
          onAct={act}
        />
      </div>
      <Suspense fallback={null}>
        {asking !== null && (
          <Dialogs
            {...asking}
            me={me}
            busy={isPending}
            error={failure || undefined}
            onChange={(change, said) => mutate({ member: asking.member, change, said })}
            onClose={close}
          />
        )}
      </Suspense>
    </div>
  );
}

/** Changes what the address says of the list; another list begins at its first page. */
function useAddress() {
  const [query, setQuery] = useSearchParams();
  const change = useCallback(
    (changed: Record<string, string | undefined>) => {
      setQuery(
        (before) => {
          const next = new URLSearchParams(before);
          next.delete('cursor');
          for (const [name, value] of Object.entries(changed)) {
            if (value) next.set(name, value);
            else next.delete(name);
          }
          return next;
        },
        { replace: true, preventScrollReset: true },
      );
    },
    [setQuery],
  );
  return [query, change] as const;
}

function Filters({ me }: { me: Me }) {
  const [query, change] = useAddress();
  const onChange = useCallback(
    ({ order, ...changed }: Partial<Record<'search' | 'role' | 'status' | 'order', string>>) => {
      const [sort, direction] = order?.split(' ') ?? [];
      change(order === undefined ? changed : { ...changed, sort, order: direction });
    },
    [change],
  );
  return (
    <MemberFilters
      search={query.get('search') ?? ''}
      role={query.get('role') ?? ''}
      status={query.get('status') ?? ''}
      order={`${query.get('sort') ?? ''} ${query.get('order') ?? ''}`.trim()}
      roles={me.tenant.type === 'primary' ? ['client', 'admin', 'super_admin'] : ['client', 'admin']}
      onChange={onChange}
    />
  );
}

interface MemberListProps {
  me: Me;
  busy: string | null;
  onRole: (member: Member, role: TenantRole) => void;
  onAct: (member: Member, action: MemberAction) => void;
}

function MemberList({ me, busy, onRole, onAct }: MemberListProps) {
  const [query] = useSearchParams();
  const { data, error, refetch, isFetching, isPlaceholderData } = useQuery({
    ...membersQuery(query),
    placeholderData: keepPreviousData,
  });
  if (error instanceof ApiError && (data === undefined || isPlaceholderData)) {
    return (
      <ErrorNote
        {...wordingForError(error)}
        requestId={error.requestId}
        retrying={isFetching}
        onRetry={() => void refetch()}
      />
    );
  }
  if (data === undefined) {
    return (
      <Loading label="Loading the members">
        <MemberRowSkeletons />
      </Loading>
    );
  }
  if (data.items.length === 0) {
    return (
      <EmptyState
        icon={<UsersRound aria-hidden size={22} strokeWidth={1.5} />}
        title="No members match"
        action={
          <Link className={buttonClass()} to="/members">
            Show everybody
          </Link>
        }
      >
        Nobody here fits what you searched and filtered for.
      </EmptyState>
    );
  }
  return (
    <>
      <table className="w-full border-y border-line max-sm:block">
        <caption className="sr-only">Members</caption>
        <thead className="max-sm:sr-only">
          <tr className="border-b border-line text-start text-sm text-muted">
            <Head sort="name">Name</Head>
            <th scope="col" className="py-2 pe-4 text-start font-medium">
              Role
            </th>
            <Head sort="last_seen">Last seen</Head>
            <Head sort="created" className="max-lg:hidden">
              Joined
            </Head>
            <th scope="col">
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line max-sm:block">
          {data.items.map((member) => (
            <MemberRow
              key={member.id}
              member={member}
              roles={rolesToGive(me)}
              locked={lockOf(member, me)}
              busy={busy === member.id}
              onRole={(role) => onRole(member, role)}
              onAct={(action) => onAct(member, action)}
            />
          ))}
        </tbody>
      </table>
      <ListPages nextCursor={data.nextCursor} first="First page" next="Next page" />
    </>
  );
}

/** Who gives a role gives what comes with it, and nobody gives what they do not have. */
function rolesToGive({ member }: Me): TenantRole[] {
  if (member.role === 'super_admin') return ['client', 'admin', 'super_admin'];
  return ALL_PERMISSIONS.every((permission) => may(member, permission)) ? ['client', 'admin'] : ['client'];
}

function lockOf(member: Member, me: Me): string | null {
  if (member.current) return 'You cannot change your own role.';
  if (member.role === 'super_admin' && me.member.role !== 'super_admin')
    return 'Only a super admin can change this.';
  return null;
}

/** What comes naturally first: names from A, moments from now. */
const FIRST_ORDER = { name: 'asc', email: 'asc', created: 'desc', last_seen: 'desc' } as const;

interface HeadProps {
  sort: MembersQuery['sort'];
  children: ReactNode;
  className?: string;
}

function Head({ sort, ...rest }: HeadProps) {
  const [query, change] = useAddress();
  const order = query.get('order') === 'desc' ? 'desc' : 'asc';
  const sorted = (query.get('sort') ?? 'name') === sort ? order : null;
  const next = sorted === null ? FIRST_ORDER[sort] : sorted === 'asc' ? 'desc' : 'asc';
  const onSort = () =>
    change({ sort: sort === 'name' ? undefined : sort, order: next === 'asc' ? undefined : next });
  return <SortableHead sorted={sorted} onSort={onSort} {...rest} />;
}

interface DialogsProps extends Asking {
  me: Me;
  busy: boolean;
  error: ReactNode;
  onChange: (change: Change['change'], said: string) => void;
  onClose: () => void;
}

function Dialogs({ about, member, me, busy, error, onChange, onClose }: DialogsProps) {
  const name = memberName(member);
  if (about === 'permissions') {
    return (
      <PermissionsDialog
        name={name}
        member={member}
        grantable={ALL_PERMISSIONS.filter((permission) => may(me.member, permission))}
        busy={busy}
        error={error}
        onSave={(permissions) => onChange({ permissions }, `The permissions of ${name} are saved`)}
        onClose={onClose}
      />
    );
  }
  const words =
    about === 'suspend'
      ? {
          title: `Suspend ${name}?`,
          confirm: 'Suspend',
          text: `${name} is signed out everywhere at once and cannot sign in until you reinstate them. Nothing of theirs is deleted.`,
        }
      : {
          title: `Remove ${name}?`,
          confirm: 'Remove',
          text: `${name} is signed out everywhere at once and can no longer sign in to ${me.tenant.name}. You find them under the status Removed if you want them back.`,
        };
  return (
    <ConfirmDialog
      open
      title={words.title}
      confirm={words.confirm}
      busy={busy}
      error={error}
      onConfirm={() =>
        about === 'suspend'
          ? onChange({ status: 'suspended' }, `${name} is suspended`)
          : onChange('remove', `${name} is removed`)
      }
      onClose={onClose}
    >
      {words.text}
    </ConfirmDialog>
  );
}
