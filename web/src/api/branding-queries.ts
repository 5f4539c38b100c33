/** The brand in draft, published and in history. The branding page uses these; it alone brings their schemas along. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import {
  brandingSchema,
  brandVersionsSchema,
  brandVersionWithConfigSchema,
  type DraftInput,
  draftSavedSchema,
  publishedSchema,
} from '../../../contract/brand-versions.ts';
import { exchange } from './client.ts';

export function fetchBranding(signal?: AbortSignal) {
  return exchange('GET', '/api/branding', async () => brandingSchema, signal === undefined ? {} : { signal });
}

export const brandingQuery = queryOptions({
  queryKey: ['branding', 'now'],
  queryFn: ({ signal }) => fetchBranding(signal),
  // What is being typed must not change under the hands: asked once a visit; a conflict is told when it is saved.
  gcTime: 0,
  staleTime: Number.POSITIVE_INFINITY,
  refetchOnReconnect: false,
  refetchOnWindowFocus: false,
});

export const brandVersionsQuery = infiniteQueryOptions({
  queryKey: ['branding', 'versions'],
  queryFn: ({ pageParam, signal }) =>
    exchange(
      'GET',
      `/api/branding/versions?limit=10${pageParam === null ? '' : `&cursor=${pageParam}`}`,
      async () => brandVersionsSchema,
      { signal },
    ),
  initialPageParam: null as string | null,
  getNextPageParam: ({ nextCursor }) => nextCursor,
});

export function saveDraft(input: DraftInput) {
  return exchange('PUT', '/api/branding', async () => draftSavedSchema, { body: input });
}

export function discardDraft(revision: number) {
  return exchange('DELETE', `/api/branding?revision=${revision}`, async () => draftSavedSchema);
}

/** What is published never changes: asked once. */
export function brandVersionQuery(number: number) {
  return queryOptions({
    queryKey: ['branding', 'version', number],
    queryFn: ({ signal }) =>
      exchange('GET', `/api/branding/versions/${number}`, async () => brandVersionWithConfigSchema, {
        signal,
      }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function publishDraft(revision: number, basedOn: number, note: string) {
  return exchange('POST', '/api/branding/publish', async () => publishedSchema, {
    body: { revision, basedOn, ...(note === '' ? {} : { note }) },
  });
}

export function restoreVersion(number: number, published: number) {
  return exchange('POST', `/api/branding/versions/${number}/restore`, async () => publishedSchema, {
    body: { published },
  });
}
