/**
 * Who may call what: a bearer token with permission groups, by their names on
 * https://developers.cloudflare.com/fundamentals/api/reference/permissions/, and which of them a call needs ("Accepted
 * permissions" of each page of https://developers.cloudflare.com/api/). Write includes read.
 */
import type { Context, Next } from 'hono';
import type { Account } from './account.ts';
import { refuse } from './envelope.ts';

export const PERMISSIONS = [
  'Account Settings',
  'Workers Scripts',
  'Workers KV Storage',
  'Workers R2 Storage',
  'Queues',
  'Workers Routes',
  'Zone',
  'DNS',
  'SSL and Certificates',
] as const;
export type PermissionGroup = (typeof PERMISSIONS)[number];
export type Permission = `${PermissionGroup} ${'Read' | 'Write'}`;

export const EVERY_PERMISSION: readonly Permission[] = PERMISSIONS.map((group) => `${group} Write` as const);

const NEEDED: readonly (readonly [RegExp, PermissionGroup])[] = [
  [/^\/accounts\/[^/]+\/storage\/kv\//, 'Workers KV Storage'],
  [/^\/accounts\/[^/]+\/r2\//, 'Workers R2 Storage'],
  [/^\/accounts\/[^/]+\/queues/, 'Queues'],
  // Routes of a script reach into zones.
  [/^\/accounts\/[^/]+\/workers\/scripts\/[^/]+\/routes$/, 'Workers Routes'],
  [/^\/accounts\/[^/]+\/workers\//, 'Workers Scripts'],
  [/^\/accounts(?:\/[^/]+)?$/, 'Account Settings'],
  [/^\/zones\/[^/]+\/workers\/routes/, 'Workers Routes'],
  [/^\/zones\/[^/]+\/dns_records/, 'DNS'],
  [/^\/zones\/[^/]+\/custom_hostnames/, 'SSL and Certificates'],
  [/^\/zones(?:\/[^/]+)?$/, 'Zone'],
];

export interface Token {
  readonly value: string;
  readonly permissions: ReadonlySet<Permission>;
}

/** `path` is what stands behind `/client/v4`. */
export function authenticate(token: Token, account: Account, path: (c: Context) => string) {
  return async (c: Context, next: Next) => {
    const called = path(c);
    const header = c.req.header('authorization');
    if (header === undefined) refuse(400, 9106, 'Missing X-Auth-Key, X-Auth-Email or Authorization headers');
    const presented = /^Bearer ([\w.~+/=-]+)$/.exec(header)?.[1];
    if (presented === undefined) refuse(400, 6003, 'Invalid request headers');
    // Asset uploads carry the session's own token.
    if (/^\/accounts\/[^/]+\/workers\/assets\/upload/.test(called)) return next();
    if (presented !== token.value)
      refuse(401, called === '/user/tokens/verify' ? 1000 : 10000, 'Authentication error');
    const owner = /^\/accounts\/([^/]+)/.exec(called)?.[1];
    if (owner !== undefined && !/^[0-9a-f]{32}$/.test(owner))
      refuse(404, 7003, `Could not route to ${called}, perhaps your object identifier is invalid?`);
    if (owner !== undefined && owner !== account.id) refuse(403, 10000, 'Authentication error');
    const group = NEEDED.find(([pattern]) => pattern.test(called))?.[1];
    if (group !== undefined && !mayCall(token, group, c.req.method, called))
      refuse(403, 10000, 'Authentication error');
    return next();
  };
}

/** Asks for its keys in a body, and reads: https://developers.cloudflare.com/api/resources/kv/subresources/namespaces/methods/bulk_get/ */
const READS_BY_POST = /^\/accounts\/[^/]+\/storage\/kv\/namespaces\/[^/]+\/bulk\/get$/;

function mayCall({ permissions }: Token, group: PermissionGroup, method: string, path: string): boolean {
  if (permissions.has(`${group} Write`)) return true;
  const reads = method === 'GET' || (method === 'POST' && READS_BY_POST.test(path));
  return reads && permissions.has(`${group} Read`);
}
