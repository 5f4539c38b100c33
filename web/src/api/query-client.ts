/** The query client: how fresh, how patient, and what happens everywhere when a session ends. Made once by main.tsx. */
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from './api-error.ts';
import { meQuery } from './queries.ts';
import { sessionEnded } from './session.ts';

const MAX_RETRIES = 1;

export function createQueryClient(): QueryClient {
  const onError = (error: Error) => {
    // Before the member is known, the route's loader leads to the sign-in page itself.
    const known = client.getQueryData(meQuery.queryKey) !== undefined;
    if (known && error instanceof ApiError && error.signedOut) sessionEnded(client, error);
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 20_000,
        // Offline is an answer of its own here ("check your connection"), not a reason to wait in silence.
        networkMode: 'always',
        retry: (failures, error) => failures < MAX_RETRIES && error instanceof ApiError && error.transient,
        retryDelay: 600,
      },
      mutations: { networkMode: 'always' },
    },
  });
  return client;
}
