/** Where the member is signed in: each device, its place and last use; end one session, or all of them. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { MonitorSmartphone } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import type { Session } from '../../../contract/api.ts';
import { ApiError } from '../api/api-error.ts';
import { wordingForError } from '../api/error-wording.ts';
import { sessionsQuery } from '../api/queries.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { DeviceRow, DeviceRowSkeletons, deviceName } from '../ui/device-row.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { ListFilter, ListPages } from '../ui/list-pages.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { Loading } from '../ui/skeleton.tsx';

const CHOICES = { active: 'Active', all: 'All' } as const;

const loadDialog = () => import('../sessions/end-session.tsx');
const EndOne = lazy(async () => ({ default: (await loadDialog()).EndOne }));
const EndAll = lazy(async () => ({ default: (await loadDialog()).EndAll }));

/** What a dialog is open about. */
type Asking = { about: 'one'; session: Session } | { about: 'all' };

export function SessionsPage() {
  const [query] = useSearchParams();
  const state = query.get('state') === 'all' ? 'all' : 'active';
  const [asking, setAsking] = useState<Asking | null>(null);
  return (
    <div className="flex flex-col gap-8">
      <PageHead
        title="Sessions"
        action={
          <Button
            onPointerEnter={loadDialog}
            onFocus={loadDialog}
            onClick={() => setAsking({ about: 'all' })}
          >
            Sign out everywhere
          </Button>
        }
      >
        Every browser that is signed in as you. End what you do not recognise.
      </PageHead>
      <div className="flex flex-col gap-4">
        <ListFilter label="Which sessions" choices={CHOICES} chosen={state} />
        <SessionList
          state={state}
          cursor={query.get('cursor')}
          onEnd={(session) => setAsking({ about: 'one', session })}
        />
      </div>
      <Suspense fallback={null}>
        {asking?.about === 'one' && <EndOne session={asking.session} onClose={() => setAsking(null)} />}
        {asking?.about === 'all' && <EndAll onClose={() => setAsking(null)} />}
      </Suspense>
    </div>
  );
}

interface SessionListProps {
  state: 'active' | 'all';
  cursor: string | null;
  onEnd: (session: Session) => void;
}

function SessionList({ state, cursor, onEnd }: SessionListProps) {
  const { data, error, refetch, isFetching } = useQuery({
    ...sessionsQuery(state, cursor),
    placeholderData: keepPreviousData,
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
      <Loading label="Loading your sessions">
        <DeviceRowSkeletons />
      </Loading>
    );
  }
  if (data.items.length === 0) {
    return (
      <EmptyState
        icon={<MonitorSmartphone aria-hidden size={22} strokeWidth={1.5} />}
        title="No sessions on this page"
        action={
          <Link className={buttonClass()} to="/sessions">
            Show the newest
          </Link>
        }
      >
        The ones that were here have been signed out, or were deleted after thirty days.
      </EmptyState>
    );
  }
  return (
    <>
      <ul className="divide-y divide-line border-y border-line">
        {data.items.map((session) => (
          <li key={session.id}>
            <DeviceRow
              session={session}
              tells="last-used"
              action={
                !session.current &&
                session.state === 'active' && (
                  <Button
                    size="sm"
                    aria-label={`Sign out ${deviceName(session)}`}
                    onPointerEnter={loadDialog}
                    onFocus={loadDialog}
                    onClick={() => onEnd(session)}
                  >
                    Sign out
                  </Button>
                )
              }
            />
          </li>
        ))}
      </ul>
      <ListPages nextCursor={data.nextCursor} first="Newest" next="Older" />
    </>
  );
}
