/** What is left to set up, for whoever may do any of it. The dashboard's checklist uses this. */
import { queryOptions } from '@tanstack/react-query';
import { request } from './client.ts';

export const setupQuery = queryOptions({
  queryKey: ['setup'],
  queryFn: ({ signal }) => request('GET', '/api/setup', (contract) => contract.setupSchema, { signal }),
  // One step is done on another page of this app: coming back, it is asked again.
  staleTime: 0,
});
