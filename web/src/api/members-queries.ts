/** The members of the tenant as queries and changes. Called by pages/members.tsx and its loader. */
import { queryOptions } from '@tanstack/react-query';
import type { Member, MemberChange } from '../../../contract/members.ts';
import { wordingForError } from './administration-wording.ts';
import type { ApiError } from './api-error.ts';
import { command, exchange } from './client.ts';
import type { Wording } from './error-wording.ts';

const contract = () => import('../../../contract/members.ts');

/** What the address of the list may say; all else in it is not the API's business. */
const PARAMETERS = ['search', 'role', 'status', 'sort', 'order', 'cursor'] as const;

/** One page of the list that the page's address describes. */
export function membersQuery(address: URLSearchParams) {
  const query = new URLSearchParams();
  for (const name of PARAMETERS) {
    const value = address.get(name);
    if (value) query.set(name, value);
  }
  return queryOptions({
    queryKey: ['members', query.toString()],
    queryFn: ({ signal }) =>
      exchange('GET', `/api/members?${query}`, async () => (await contract()).memberListSchema, { signal }),
  });
}

export function changeMember(id: string, change: MemberChange): Promise<Member> {
  return exchange('PATCH', `/api/members/${id}`, async () => (await contract()).memberSchema, {
    body: change,
  });
}

export function removeMember(id: string): Promise<void> {
  return command('DELETE', `/api/members/${id}`);
}

/** A refusal here is about a change; the general words are about a page. */
export function wordingForChange(error: ApiError): Wording {
  if (error.code !== 'permission_denied') return wordingForError(error);
  return {
    title: 'You are not allowed to do this',
    next: 'Your own role or permissions do not include it. Nothing was changed.',
    tone: 'warning',
  };
}
