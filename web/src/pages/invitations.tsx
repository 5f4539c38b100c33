/** Who is asked in: invite one person or a list, resend and revoke invitations, decide who may join unasked. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { MailPlus } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import type { Invitation, InvitationState } from '../../../contract/invitations.ts';
import { wordingFor, wordingForError } from '../api/administration-wording.ts';
import { ApiError } from '../api/api-error.ts';
import { command } from '../api/client.ts';
import { invitationsQuery } from '../api/invitations-queries.ts';
import { may } from '../api/permissions.ts';
import { meQuery } from '../api/queries.ts';
import { InvitationImport } from '../invitations/invitation-import.tsx';
import { InviteForm } from '../invitations/invite-form.tsx';
import { JoinPolicy } from '../invitations/join-policy.tsx';
import { isMailMoving, MailNote } from '../invitations/mail-note.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { ListFilter, ListPages } from '../ui/list-pages.tsx';
import { announce } from '../ui/live-region.tsx';
import { Moment } from '../ui/moment.tsx';
import { ROLE_NAMES } from '../ui/names.ts';
import { PageHead } from '../ui/page-head.tsx';
import { Section } from '../ui/section.tsx';
import { Loading, Skeleton } from '../ui/skeleton.tsx';

const CHOICES = { open: 'Open', all: 'All' } as const;

const loadDialog = () => import('../ui/confirm-dialog.tsx');
const ConfirmDialog = lazy(async () => ({ default: (await loadDialog()).ConfirmDialog }));

const STATES: Record<InvitationState, { label: string; tone: 'brand' | 'success' | 'neutral' }> = {
  open: { label: 'Open', tone: 'brand' },
  accepted: { label: 'Accepted', tone: 'success' },
  expired: { label: 'Expired', tone: 'neutral' },
  revoked: { label: 'Revoked', tone: 'neutral' },
};

/** How often the list is asked for while a mail is on its way: two minutes at most. */
const MOVING_MILLISECONDS = 2_000;

type Shown = 'open' | 'all';

export function InvitationsPage() {
  const { data: me } = useQuery(meQuery);
  const [query] = useSearchParams();
  const [revoking, setRevoking] = useState<Invitation | null>(null);
  const state: Shown = query.get('state') === 'all' ? 'all' : 'open';
  if (me === undefined) return null;
  return (
    <div className="flex flex-col gap-10">
      <PageHead title="Invitations">
        Ask people in by mail. An invitation is for one email address, works once, and is good for seven days.
      </PageHead>
      {may(me.member, 'members') ? (
        <>
          <InviteForm member={me.member} />
          <Section
            title="Who is invited"
            aside={<ListFilter label="Which invitations" choices={CHOICES} chosen={state} />}
          >
            <InvitationList state={state} cursor={query.get('cursor')} onRevoke={setRevoking} />
          </Section>
          <InvitationImport />
          <JoinPolicy />
        </>
      ) : (
        <ErrorNote {...wordingFor('permission_denied')} requestId={null} />
      )}
      <Suspense fallback={null}>
        {revoking !== null && <Revoke invitation={revoking} onClose={() => setRevoking(null)} />}
      </Suspense>
    </div>
  );
}

interface InvitationListProps {
  state: Shown;
  cursor: string | null;
  onRevoke: (invitation: Invitation) => void;
}

function InvitationList({ state, cursor, onRevoke }: InvitationListProps) {
  const { data, error, refetch, isFetching } = useQuery({
    ...invitationsQuery(state, cursor),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state: { data: known } }) =>
      known?.items.some((item) => isMailMoving(item)) === true ? MOVING_MILLISECONDS : false,
  });
  if (data === undefined && error instanceof ApiError) {
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
      <Loading label="Loading invitations">
        <Skeleton className="h-44 w-full" />
      </Loading>
    );
  }
  if (data.items.length === 0) {
    return (
      <EmptyState
        icon={<MailPlus aria-hidden size={22} strokeWidth={1.5} />}
        title={state === 'open' ? 'No open invitations' : 'No invitations'}
        action={
          cursor !== null && (
            <Link className={buttonClass()} to="/invitations">
              Show the newest
            </Link>
          )
        }
      >
        {state === 'open'
          ? 'Those that were accepted, revoked or have expired are under All.'
          : 'Nobody has been invited yet.'}
      </EmptyState>
    );
  }
  return (
    <>
      <ul className="divide-y divide-line border-y border-line max-sm:flex max-sm:flex-col max-sm:gap-3 max-sm:divide-y-0 max-sm:border-y-0">
        {data.items.map((invitation) => (
          <Row key={invitation.id} invitation={invitation} onRevoke={onRevoke} />
        ))}
      </ul>
      <ListPages nextCursor={data.nextCursor} first="Newest" next="Older" />
    </>
  );
}

interface RowProps {
  invitation: Invitation;
  onRevoke: (invitation: Invitation) => void;
}

function Row({ invitation, onRevoke }: RowProps) {
  const queryClient = useQueryClient();
  const { id, email, role, state, invitedBy, sentCount, createdAt, expiresAt, acceptedAt } = invitation;
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => command('POST', `/api/invitations/${id}/resend`),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['invitations'] });
      announce(`The invitation goes to ${email} again, and is good for seven more days`);
    },
  });
  return (
    <li className="py-3.5 max-sm:rounded-md max-sm:border max-sm:border-line max-sm:px-4">
      <div className="flex items-center gap-x-4 gap-y-3 max-sm:flex-col max-sm:items-stretch">
        <div className="min-w-0 flex-1">
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <span className="min-w-0 font-medium break-all">{email}</span>
            <Badge>{ROLE_NAMES[role]}</Badge>
            <Badge tone={STATES[state].tone}>{STATES[state].label}</Badge>
          </p>
          <p className="text-sm text-muted">
            {invitedBy === null ? 'Invited ' : `Invited by ${invitedBy} `}
            <Moment at={createdAt} />
            {sentCount > 1 && `, ${sentCount === 2 ? 'sent twice' : `sent ${sentCount} times`}`}
            {state === 'open' && (
              <>
                , expires <Moment at={expiresAt} />
              </>
            )}
            {state === 'expired' && (
              <>
                , expired <Moment at={expiresAt} />
              </>
            )}
            {acceptedAt !== null && (
              <>
                , accepted <Moment at={acceptedAt} />
              </>
            )}
          </p>
          {state === 'open' && <MailNote invitation={invitation} />}
        </div>
        {(state === 'open' || state === 'expired') && (
          <div className="flex gap-2 max-sm:*:flex-1">
            <Button size="sm" busy={isPending} aria-label={`Resend to ${email}`} onClick={() => mutate()}>
              Resend
            </Button>
            {state === 'open' && (
              <Button
                size="sm"
                aria-label={`Revoke ${email}`}
                onPointerEnter={loadDialog}
                onFocus={loadDialog}
                onClick={() => onRevoke(invitation)}
              >
                Revoke
              </Button>
            )}
          </div>
        )}
      </div>
      {error instanceof ApiError && (
        <div className="mt-3">
          <ErrorNote {...wordingForError(error)} requestId={error.status >= 500 ? error.requestId : null} />
        </div>
      )}
    </li>
  );
}

function Revoke({ invitation, onClose }: { invitation: Invitation; onClose: () => void }) {
  const queryClient = useQueryClient();
  const { id, email } = invitation;
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => command('DELETE', `/api/invitations/${id}`),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['invitations'] });
      announce(`The invitation of ${email} is revoked`);
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      title={`Revoke the invitation of ${email}?`}
      confirm="Revoke"
      busy={isPending}
      error={
        error instanceof ApiError && <ErrorNote {...wordingForError(error)} requestId={error.requestId} />
      }
      onConfirm={() => mutate()}
      onClose={onClose}
    >
      It lets nobody in from now on. You can invite the address again.
    </ConfirmDialog>
  );
}
