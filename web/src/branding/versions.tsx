/** The history of the brand: every version, what each one changed, and a way back. A part of the branding page. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { History } from 'lucide-react';
import { type BrandVersionListed, brandChanges } from '../../../contract/brand-versions.ts';
import { ApiError } from '../api/api-error.ts';
import { brandVersionQuery, brandVersionsQuery } from '../api/branding-queries.ts';
import { BrandDiff } from '../ui/brand-diff.tsx';
import { BrandHistory } from '../ui/brand-history.tsx';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { Section } from '../ui/section.tsx';
import { Loading, Skeleton } from '../ui/skeleton.tsx';
import { Refused } from './refused.tsx';

interface VersionsProps {
  tenantName: string;
  /** Number of what is published. */
  current: number;
  onRestore: (version: BrandVersionListed) => void;
}

export function Versions({ tenantName, current, onRestore }: VersionsProps) {
  const { data, error, refetch, isFetching, hasNextPage, fetchNextPage } =
    useInfiniteQuery(brandVersionsQuery);
  const versions = data?.pages.flatMap(({ items }) => items);
  return (
    <Section title="History" description="Every brand that was published. Restoring one publishes it again.">
      {versions === undefined && error instanceof ApiError && (
        <Refused error={error} retrying={isFetching} onRetry={() => void refetch()} />
      )}
      {versions === undefined && error === null && (
        <Loading label="Loading the history">
          <Skeleton className="h-16 w-full" />
        </Loading>
      )}
      {versions?.length === 0 && (
        <EmptyState icon={<History aria-hidden size={22} strokeWidth={1.5} />} title="Nothing published yet">
          The first publish keeps what is there now as version 1.
        </EmptyState>
      )}
      {versions !== undefined && versions.length > 0 && (
        <BrandHistory tenantName={tenantName} versions={versions} current={current} onRestore={onRestore}>
          {({ number }) => <Changes number={number} />}
        </BrandHistory>
      )}
      {hasNextPage && (
        <div>
          <Button size="sm" busy={isFetching} onClick={() => void fetchNextPage()}>
            Show older
          </Button>
        </div>
      )}
    </Section>
  );
}

/** What a version changed in the one before it. */
function Changes({ number }: { number: number }) {
  const first = number === 1;
  const after = useQuery(brandVersionQuery(number));
  const before = useQuery({ ...brandVersionQuery(number - 1), enabled: !first });
  if (first) return <p className="text-sm text-muted">The first version. There is nothing before it.</p>;
  if (before.data !== undefined && after.data !== undefined) {
    const changes = brandChanges(before.data.config, after.data.config);
    if (changes.length > 0) return <BrandDiff changes={changes} />;
    return <p className="text-sm text-muted">Nothing: it is the same as version {number - 1}.</p>;
  }
  const failed = [before, after].find(({ error }) => error instanceof ApiError);
  if (failed?.error instanceof ApiError)
    return (
      <Refused error={failed.error} retrying={failed.isFetching} onRetry={() => void failed.refetch()} />
    );
  return (
    <Loading label="Loading what changed">
      <Skeleton className="h-5 w-2/3" />
    </Loading>
  );
}
