/**
 * /api/oauth-clients: the tenant's own OAuth clients, per verified hostname and provider. A secret is encrypted here,
 * before it reaches the database, and no answer holds one. The test sign-in that precedes switching on is in
 * routes/sign-in.ts, as it is one.
 */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import {
  MAX_OAUTH_CLIENT_BYTES,
  type OAuthClient,
  type OAuthClientsOfHostname,
  oauthClientListSchema,
  saveOAuthClientSchema,
} from '../../../contract/oauth-clients.ts';
import type { TenantContext } from '../../../contract/tenant-context.ts';
import { hostnameSchema, PROVIDERS, type Provider } from '../../../contract/tenants.ts';
import {
  deleteOAuthClient,
  listOAuthClients,
  type OAuthClientRows,
  saveOAuthClient,
  switchOAuthClient,
} from '../data/oauth-clients.ts';
import { limitBody } from '../middleware/body-limit.ts';
import { requirePermission } from '../middleware/permission.ts';
import { requireMember } from '../middleware/session.ts';
import { refuseInvalid } from '../middleware/validation.ts';
import { PROBLEMS } from '../problem-responses.ts';
import type { RequestEnvironment } from '../request-environment.ts';

const permitted = requirePermission('domains');

const params = z.object({
  hostname: hostnameSchema,
  provider: z.enum(PROVIDERS),
});

const list = createRoute({
  method: 'get',
  path: '/api/oauth-clients',
  summary: 'The OAuth clients of each hostname',
  middleware: [requireMember, permitted] as const,
  responses: {
    200: {
      description: 'All verified hostnames, the main one first.',
      content: { 'application/json': { schema: oauthClientListSchema } },
    },
    ...PROBLEMS.unauthorized,
    ...PROBLEMS.denied,
    ...PROBLEMS.unavailable,
  },
});

const changes = {
  ...PROBLEMS.unauthorized,
  ...PROBLEMS.denied,
  ...PROBLEMS.notFound,
  ...PROBLEMS.invalid,
  ...PROBLEMS.unavailable,
};

const save = createRoute({
  method: 'put',
  path: '/api/oauth-clients/{hostname}/{provider}',
  summary: 'Save a client, switched off until it is tested',
  middleware: [requireMember, permitted, limitBody(MAX_OAUTH_CLIENT_BYTES)] as const,
  request: {
    params,
    body: { required: true, content: { 'application/json': { schema: saveOAuthClientSchema } } },
  },
  responses: { 204: { description: 'It is saved, and off.' }, ...changes, ...PROBLEMS.tooLarge },
});

const remove = createRoute({
  method: 'delete',
  path: '/api/oauth-clients/{hostname}/{provider}',
  summary: 'Remove a client and its secret',
  middleware: [requireMember, permitted] as const,
  request: { params },
  responses: { 204: { description: 'It is removed.' }, ...changes },
});

const enable = createRoute({
  method: 'post',
  path: '/api/oauth-clients/{hostname}/{provider}/enable',
  summary: 'Switch a tested client on',
  middleware: [requireMember, permitted] as const,
  request: { params },
  responses: { 204: { description: 'It signs people in.' }, ...changes, ...PROBLEMS.untested },
});

const disable = createRoute({
  method: 'post',
  path: '/api/oauth-clients/{hostname}/{provider}/disable',
  summary: 'Switch a client off',
  middleware: [requireMember, permitted] as const,
  request: { params },
  responses: { 204: { description: 'It signs nobody in.' }, ...changes },
});

export const oauthClients = new OpenAPIHono<RequestEnvironment>({ defaultHook: refuseInvalid })
  .openapi(list, async (c) => {
    const { tenant, data } = c.var;
    const { hostnames, wayBackIn } = await listOAuthClients(data);
    return c.json(
      {
        hostnames: hostnames.map((row) => showHostname(row, tenant)),
        wayBackIn:
          wayBackIn === null
            ? null
            : {
                hostname: wayBackIn,
                url: `${originOf(wayBackIn, tenant)}/sign-in`,
              },
      },
      200,
    );
  })
  .openapi(save, async (c) => {
    const { isolate, tenant, data } = c.var;
    const owner = { tenantId: tenant.tenantId, ...c.req.valid('param') };
    await saveOAuthClient(data, owner, c.req.valid('json'), isolate.configuration.fieldKeys);
    return c.body(null, 204);
  })
  .openapi(remove, async (c) => {
    await deleteOAuthClient(c.var.data, c.req.valid('param'));
    return c.body(null, 204);
  })
  .openapi(enable, async (c) => {
    await switchOAuthClient(c.var.data, c.req.valid('param'), true);
    return c.body(null, 204);
  })
  .openapi(disable, async (c) => {
    await switchOAuthClient(c.var.data, c.req.valid('param'), false);
    return c.body(null, 204);
  });

type HostnameRow = OAuthClientRows['hostnames'][number];

function showHostname(
  { hostname, platformDomain, clients }: HostnameRow,
  tenant: TenantContext,
): OAuthClientsOfHostname {
  const origin = originOf(hostname, tenant);
  return {
    hostname,
    callbackUrl: `${origin}/auth/callback`,
    settingsUrl: `${origin}/settings/sign-in`,
    current: hostname === tenant.hostname,
    fallback: platformDomain,
    clients: PROVIDERS.map((provider) => showClient(provider, clients)),
  };
}

function showClient(provider: Provider, rows: HostnameRow['clients']): OAuthClient {
  const row = rows.find((candidate) => candidate.provider === provider);
  if (!row) return { provider, state: 'none', clientId: null, keyId: null, testedAt: null, updatedAt: null };
  const { clientId, keyId, testedAt, updatedAt } = row;
  const off = testedAt === null ? 'untested' : 'tested';
  return { provider, state: row.enabled ? 'enabled' : off, clientId, keyId, testedAt, updatedAt };
}

/** The origin of another hostname of the tenant, spelt as the asked one is: in development with suffix and port. */
function originOf(hostname: string, tenant: TenantContext): string {
  const origin = new URL(tenant.origin);
  origin.hostname = hostname + origin.hostname.slice(tenant.hostname.length);
  return origin.origin;
}
