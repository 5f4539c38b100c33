/** Every server state of the app, as TanStack Query options: key, request, freshness. Pages and loaders use these. */
import { queryOptions } from '@tanstack/react-query';
import type { SessionsQuery } from '../../../contract/api.ts';
import { request } from './client.ts';

const RECENT_SIGN_INS = 5;

/** Who is signed in, and where. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => request('GET', '/api/me', (contract) => contract.meSchema, { signal }),
});

export const usageQuery = queryOptions({
  queryKey: ['usage'],
  queryFn: ({ signal }) => request('GET', '/api/usage', (contract) => contract.usageSchema, { signal }),
});

/** The latest sign-ins, ended ones included. */
export const recentSignInsQuery = queryOptions({
  queryKey: ['sessions', 'recent'],
  queryFn: ({ signal }) =>
    request(
      'GET',
      `/api/sessions?state=all&limit=${RECENT_SIGN_INS}`,
      (contract) => contract.sessionListSchema,
      { signal },
    ),
});

/** One page of a member's sessions; `cursor` is the previous page's, null for the newest. */
export function sessionsQuery(state: SessionsQuery['state'], cursor: string | null) {
  const query = new URLSearchParams({ state });
  if (cursor !== null) query.set('cursor', cursor);
  return queryOptions({
    queryKey: ['sessions', 'list', state, cursor],
    queryFn: ({ signal }) =>
      request('GET', `/api/sessions?${query}`, (contract) => contract.sessionListSchema, { signal }),
  });
}
