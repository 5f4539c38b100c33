/** Invitations and the join policy as TanStack Query options. A chunk of their page: the schemas come along. */
import { queryOptions } from '@tanstack/react-query';
import {
  type InvitationsQuery,
  type Invite,
  importReportSchema,
  invitationListSchema,
  invitedSchema,
  type SignUp,
  signUpSchema,
} from '../../../contract/invitations.ts';
import { request } from './client.ts';

/** One page; `cursor` is the previous page's, null for the newest. */
export function invitationsQuery(state: InvitationsQuery['state'], cursor: string | null) {
  const query = new URLSearchParams({ state });
  if (cursor !== null) query.set('cursor', cursor);
  return queryOptions({
    queryKey: ['invitations', state, cursor],
    queryFn: ({ signal }) =>
      request('GET', `/api/invitations?${query}`, () => invitationListSchema, { signal }),
  });
}

export const signUpQuery = queryOptions({
  queryKey: ['sign-up'],
  queryFn: ({ signal }) => request('GET', '/api/sign-up', () => signUpSchema, { signal }),
});

export const sendInvite = (body: Invite) =>
  request('POST', '/api/invitations', () => invitedSchema, { body });

export const sendImport = (csv: string) =>
  request('POST', '/api/invitation-imports', () => importReportSchema, { body: { csv } });

export const sendSignUp = (body: SignUp) => request('PUT', '/api/sign-up', () => signUpSchema, { body });
