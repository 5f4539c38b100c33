/** The tenant's own OAuth clients as TanStack Query options, and what changes them. Used by pages/sign-in-settings.tsx. */
import { queryOptions } from '@tanstack/react-query';
import type { SaveOAuthClient } from '../../../contract/oauth-clients.ts';
import type { Provider } from '../../../contract/tenants.ts';
import { command, exchange } from './client.ts';

const contract = () => import('../../../contract/oauth-clients.ts');

export const oauthClientsQuery = queryOptions({
  queryKey: ['oauth-clients'],
  queryFn: ({ signal }) =>
    exchange('GET', '/api/oauth-clients', async () => (await contract()).oauthClientListSchema, { signal }),
});

export interface ClientName {
  readonly hostname: string;
  readonly provider: Provider;
}

const pathOf = ({ hostname, provider }: ClientName) => `/api/oauth-clients/${hostname}/${provider}`;

export function saveOAuthClient(name: ClientName, client: SaveOAuthClient): Promise<void> {
  return command('PUT', pathOf(name), client);
}

export function switchOAuthClient(name: ClientName, on: boolean): Promise<void> {
  return command('POST', `${pathOf(name)}/${on ? 'enable' : 'disable'}`);
}

export function removeOAuthClient(name: ClientName): Promise<void> {
  return command('DELETE', pathOf(name));
}

/** Leaves for the provider; comes back to the page with the outcome in its address. */
export function startClientTest(provider: Provider): void {
  location.assign(`/auth/${provider}?test=1`);
}
