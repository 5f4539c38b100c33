/** A session as people know it: the device, the place, the way in. Used by the dashboard and the sessions page. */
import { Laptop, Monitor, Smartphone, Tablet } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Session } from '../../../contract/api.ts';
import { Badge } from './badge.tsx';
import { Moment } from './moment.tsx';
import { PROVIDER_NAMES, ProviderMark } from './provider-mark.tsx';
import { Skeleton } from './skeleton.tsx';

const ICONS = { desktop: Laptop, phone: Smartphone, tablet: Tablet, unknown: Monitor } as const;

interface DeviceRowProps {
  session: Session;
  /** Which moment the row tells: the sign-in, or the last use. */
  tells: 'signed-in' | 'last-used';
  action?: ReactNode;
}

/** Stays with what it follows when the line breaks. */
const DOT = '\u00a0· ';

export const deviceName = (session: Session): string => session.device ?? 'Unknown device';

export function DeviceRow({ session, tells, action }: DeviceRowProps) {
  const Icon = ICONS[session.kind];
  const place = [session.location, session.address].filter((part) => part !== null);
  return (
    <div className="flex items-center gap-4 py-3.5">
      <span className="flex size-9 shrink-0 items-center justify-center rounded-sm bg-well text-muted">
        <Icon aria-hidden size={18} strokeWidth={1.5} />
      </span>
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="min-w-0 font-medium break-words">{deviceName(session)}</span>
          {session.current && <Badge tone="brand">This device</Badge>}
          {session.state === 'ended' && <Badge>Signed out</Badge>}
        </p>
        <p className="text-sm text-muted tabular-nums">
          <ProviderMark provider={session.provider} size={12} className="me-1.5 inline-block align-[-1px]" />
          {PROVIDER_NAMES[session.provider]}
          {DOT}
          {place.map((part) => (
            <span key={part} className="break-words">
              {part}
              {DOT}
            </span>
          ))}
          <span className="whitespace-nowrap">
            <When session={session} tells={tells} />
          </span>
        </p>
      </div>
      {action}
    </div>
  );
}

function When({ session, tells }: Pick<DeviceRowProps, 'session' | 'tells'>) {
  if (tells === 'signed-in') return <Moment at={session.createdAt} />;
  if (session.current) return 'Active now';
  return (
    <>
      {session.state === 'ended' ? 'Last used ' : 'Used '}
      <Moment at={session.lastSeenAt} />
    </>
  );
}

/** Rows with the size of what comes. */
export function DeviceRowSkeletons() {
  return (
    <ul className="divide-y divide-line border-y border-line">
      {['first', 'second', 'third'].map((row) => (
        <li key={row} className="flex items-center gap-4 py-3.5">
          <Skeleton className="size-9" />
          <div className="flex flex-1 flex-col gap-1.5">
            <Skeleton className="h-4 w-44" />
            <Skeleton className="h-4 w-64" />
          </div>
        </li>
      ))}
    </ul>
  );
}
