/** The brand in draft, published and in history. The branding page uses these; it alone brings their schemas along. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import {
  brandingSchema,
  brandVersionsSchema,
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

export function publishDraft(revision: number, basedOn: number) {
  return exchange('POST', '/api/branding/publish', async () => publishedSchema, {
    body: { revision, basedOn },
  });
}

export function restoreVersion(number: number, published: number) {
  return exchange('POST', `/api/branding/versions/${number}/restore`, async () => publishedSchema, {
    body: { published },
  });
}
