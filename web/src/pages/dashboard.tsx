/** The first page after signing in: who and where you are, what is used up, who signed in lately. */
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { Link } from 'react-router';
import type { Usage, UsageType } from '../../../contract/api.ts';
import { ApiError } from '../api/api-error.ts';
import { idle } from '../api/client.ts';
import { wordingForError } from '../api/error-wording.ts';
import { may } from '../api/permissions.ts';
import { meQuery, recentSignInsQuery, usageQuery } from '../api/queries.ts';
import { storage } from '../api/session.ts';
import { DeviceRow, DeviceRowSkeletons } from '../ui/device-row.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { formatBytes, formatNumber, formatWeekday, greetingFor } from '../ui/format.ts';
import { ROLE_NAMES, TIER_NAMES } from '../ui/names.ts';
import { PageHead } from '../ui/page-head.tsx';
import { Section } from '../ui/section.tsx';
import { Loading, Skeleton } from '../ui/skeleton.tsx';
import { UsageMeter } from '../ui/usage-meter.tsx';

const Setup = lazy(async () => {
  await idle();
  return { default: (await import('../dashboard/setup.tsx')).Setup };
});

const METERS: Record<UsageType, { label: string; format: (value: number) => string }> = {
  ai_calls: { label: 'AI calls this month', format: formatNumber },
  domains: { label: 'Domains', format: formatNumber },
  storage: { label: 'Storage', format: formatBytes },
};

export function DashboardPage() {
  const { member, tenant } = useSuspenseQuery(meQuery).data;
  // Nobody who may do none of it is asked, and nobody who has done all of it is asked twice in one browser.
  const [settingUp, setSettingUp] = useState(
    () =>
      (['branding', 'domains', 'members'] as const).some((permission) => may(member, permission)) &&
      storage((store) => store.getItem('setup-done')) !== member.id,
  );
  const now = new Date();
  const firstName = member.name?.trim().split(/\s+/u)[0];
  const greeting = greetingFor(now.getHours());
  return (
    <div className="flex flex-col gap-10">
      <div className="flex flex-col gap-8">
        <PageHead title={firstName ? `${greeting}, ${firstName}` : greeting}>
          <time dateTime={now.toISOString().slice(0, 10)}>{formatWeekday(now)}</time>
        </PageHead>
        <dl className="flex flex-wrap gap-x-12 gap-y-4 border-y border-line py-4">
          <Standing term="Portal">{tenant.name}</Standing>
          <Standing term="Your role">{ROLE_NAMES[member.role]}</Standing>
          <Standing term="Plan">{TIER_NAMES[tenant.tier]}</Standing>
        </dl>
      </div>
      {settingUp && (
        // As tall as the list: what is below it stays where it is.
        <div className={tenant.type === 'custom-domain' ? 'min-h-86' : 'min-h-68'}>
          <Suspense>
            <Setup memberId={member.id} onGone={() => setSettingUp(false)} />
          </Suspense>
        </div>
      )}
      <UsageSection />
      <RecentSignIns />
    </div>
  );
}

function Standing({ term, children }: { term: string; children: string }) {
  return (
    <div className="min-w-0">
      <dt className="text-sm text-muted">{term}</dt>
      <dd className="font-medium break-words">{children}</dd>
    </div>
  );
}

function UsageSection() {
  const { data, error, refetch, isFetching } = useQuery(usageQuery);
  return (
    <Section title="Usage">
      {data !== undefined ? (
        <Meters usage={data} />
      ) : error instanceof ApiError ? (
        <ErrorNote
          {...wordingForError(error)}
          requestId={error.requestId}
          retrying={isFetching}
          onRetry={() => void refetch()}
        />
      ) : (
        <Loading label="Loading the usage">
          <MeterGrid>
            {Object.keys(METERS).map((type) => (
              <li key={type} className="flex flex-col gap-3 bg-page p-5">
                <Skeleton className="h-5 w-20" />
                <Skeleton className="h-7 w-36" />
                <Skeleton className="h-1.5 w-full" />
                <Skeleton className="h-5 w-24" />
              </li>
            ))}
          </MeterGrid>
        </Loading>
      )}
    </Section>
  );
}

function MeterGrid({ children }: { children: React.ReactNode }) {
  return (
    <ul className="grid gap-px overflow-hidden rounded-md border border-line bg-line sm:grid-cols-3">
      {children}
    </ul>
  );
}

function Meters({ usage }: { usage: Usage }) {
  return (
    <MeterGrid>
      {usage.meters.map(({ type, count, limit, period }) => (
        <li key={type} className="flex bg-page *:flex-1">
          <UsageMeter
            {...METERS[type]}
            count={count}
            limit={limit}
            startsAgain={period && new Date(period.end)}
          />
        </li>
      ))}
    </MeterGrid>
  );
}

function RecentSignIns() {
  const { data, error, refetch, isFetching } = useQuery(recentSignInsQuery);
  return (
    <Section
      title="Recent sign-ins"
      aside={
        <Link className="text-link" to="/sessions">
          All sessions
        </Link>
      }
    >
      {data !== undefined ? (
        <ul className="divide-y divide-line border-y border-line">
          {data.items.map((session) => (
            <li key={session.id}>
              <DeviceRow session={session} tells="signed-in" />
            </li>
          ))}
        </ul>
      ) : error instanceof ApiError ? (
        <ErrorNote
          {...wordingForError(error)}
          requestId={error.requestId}
          retrying={isFetching}
          onRetry={() => void refetch()}
        />
      ) : (
        <Loading label="Loading the recent sign-ins">
          <DeviceRowSkeletons />
        </Loading>
      )}
    </Section>
  );
}
