/**
 * Supabase's Management API for tests: one project with its auth settings, third-party integrations and signing keys,
 * as the hosted API answers (https://supabase.com/docs/reference/api), and with what hurts there: an integration is
 * trusted some time after it was made, a custom key set never resolves, and two integrations of one address are taken.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HttpBindings, type ServerType, serve } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { createLocalJWKSet, type JWK, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import type { ApiFault } from './api-faults.ts';

const ACCESS_TOKEN = /^sbp_[0-9a-f]{40}$/;

const authConfigSchema = z.object({
  disable_signup: z.boolean(),
  external_anonymous_users_enabled: z.boolean(),
  external_email_enabled: z.boolean(),
  external_phone_enabled: z.boolean(),
});

const integrationSchema = z.strictObject({
  oidc_issuer_url: z.url().optional(),
  jwks_url: z.url({ protocol: /^https?$/ }).optional(),
  custom_jwks: z.unknown().optional(),
});

const signingKeySchema = z.strictObject({
  algorithm: z.enum(['ES256', 'RS256', 'EdDSA', 'HS256']),
  status: z.enum(['in_use', 'standby']).optional(),
  private_jwk: z
    .looseObject({
      kty: z.literal('EC'),
      crv: z.literal('P-256'),
      x: z.string(),
      y: z.string(),
      d: z.string(),
    })
    .optional(),
});

interface Integration {
  readonly id: string;
  readonly type: 'custom';
  readonly oidc_issuer_url: string | null;
  readonly jwks_url: string | null;
  readonly custom_jwks: unknown;
  resolved_jwks: { keys: JWK[] } | null;
  readonly inserted_at: string;
  resolved_at: string | null;
  /** When the gateway takes its keys; in milliseconds since the epoch. */
  trustedFrom: number;
}

/** What is kept of a project, to be put back later. */
export interface SavedProject {
  readonly config: z.infer<typeof authConfigSchema>;
  readonly integrations: readonly Integration[];
  readonly signingKeys: readonly StoredKey[];
}

interface StoredKey {
  readonly id: string;
  readonly algorithm: string;
  readonly status: string;
  readonly public_jwk: JWK;
  readonly trustedFrom: number;
}

/** How long a call hangs: to a client the same as its own limit of time. */
const HANGING_MILLISECONDS = 200;

export interface ManagementApi {
  readonly url: string;
  /** A personal access token that it takes. */
  readonly token: string;
  readonly project: string;
  /** Keys that the project's gateway takes at this moment. */
  readonly trustedKeys: JWTVerifyGetKey;
  /** What was asked, oldest first: `POST /v1/projects/…`. */
  readonly calls: readonly string[];
  /** What an operator would see on the dashboard. */
  settings(): { signUpsDisabled: boolean; integrations: (string | null)[]; signingKeys: number };
  /** The next call whose `METHOD path` ends so meets the fault, once. */
  breakNext(call: string, fault: ApiFault): void;
  /** Of calls whose `METHOD /path` matches, `times` after the first `after`; `met` is told. With null that is all. */
  breakCall(
    selector: { readonly match: RegExp; readonly after: number; readonly times: number },
    fault: ApiFault | null,
    met: () => void,
  ): void;
  /** Is told of each call, until calls are mended. */
  watch(note: (call: string) => void): void;
  /** Nothing is broken any more. */
  mendCalls(): void;
  save(): SavedProject;
  restore(saved: SavedProject): void;
  close(): Promise<void>;
}

export interface ManagementApiOptions {
  readonly project: string;
  /** Between an integration and the trust in its keys: about 30 s on a hosted project. */
  readonly lagMilliseconds: number;
  /** How long it believes what an address served before it looks there again; for good when left out. */
  readonly believesMilliseconds?: number;
}

export async function startManagementApi({
  project,
  lagMilliseconds,
  believesMilliseconds = Number.POSITIVE_INFINITY,
}: ManagementApiOptions): Promise<ManagementApi> {
  const token = `sbp_${randomUUID().replaceAll('-', '')}${'0'.repeat(8)}`;
  const calls: string[] = [];
  const faults = new Map<string, ApiFault>();
  let planned: {
    match: RegExp;
    after: number;
    times: number;
    fault: ApiFault | null;
    met: () => void;
  }[] = [];
  let watching: (call: string) => void = () => {};
  let config: z.infer<typeof authConfigSchema> = {
    disable_signup: false,
    external_anonymous_users_enabled: false,
    external_email_enabled: true,
    external_phone_enabled: false,
  };
  const integrations = new Map<string, Integration>();
  const signingKeys: StoredKey[] = [];

  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(async (c, next) => {
    const call = `${c.req.method} ${c.req.path}`;
    calls.push(call);
    watching(call);
    const presented = /^Bearer (\S+)$/.exec(c.req.header('authorization') ?? '')?.[1];
    if (presented === undefined || !ACCESS_TOKEN.test(presented))
      return c.json({ message: 'Unauthorized' }, 401);
    if (presented !== token) return c.json({ message: 'Unauthorized' }, 401);
    const broken = [...faults].find(([end]) => call.endsWith(end) || end === call);
    if (broken !== undefined) faults.delete(broken[0]);
    switch (broken?.[1] ?? meetPlanned(call)) {
      case 'refused':
        return c.json({ message: 'Forbidden resource' }, 403);
      case 'rate-limited':
        return c.json({ message: 'Too Many Requests' }, 429, { 'retry-after': '1' });
      case 'failing':
        return c.json({ message: 'Internal server error' }, 500);
      case 'bad-gateway':
        return c.html('<html><body>502 Bad Gateway</body></html>', 502);
      case 'hanging':
        await sleep(HANGING_MILLISECONDS);
        c.env.incoming.socket.destroy();
        return c.body(null, 502);
      case 'answer-lost':
        await next();
        // Done, and nobody is told.
        return c.text('upstream connect error', 502);
      case null:
        return next();
    }
  });
  const meetPlanned = (call: string): ApiFault | null => {
    const one = planned.find((waiting) => waiting.match.test(call) && waiting.times > 0);
    if (one === undefined) return null;
    if (one.after > 0) {
      one.after -= 1;
      return null;
    }
    one.times -= 1;
    one.met();
    return one.fault;
  };
  const known = (c: Context) => c.req.param('ref') === project;
  const missing = (c: Context) => c.json({ message: 'Project not found' }, 404);
  const AUTH = '/v1/projects/:ref/config/auth';

  app.get('/v1/projects/:ref', (c) =>
    known(c)
      ? c.json({
          id: project,
          ref: project,
          name: 'Portals',
          region: 'eu-central-1',
          status: 'ACTIVE_HEALTHY',
        })
      : missing(c),
  );
  app.get(AUTH, (c) => (known(c) ? c.json(config) : missing(c)));
  app.patch(AUTH, async (c) => {
    if (!known(c)) return missing(c);
    const change = authConfigSchema.partial().safeParse(await c.req.json());
    if (!change.success) return c.json({ message: change.error.issues[0]?.message ?? 'Bad request' }, 400);
    config = { ...config, ...withoutUndefined(change.data) };
    return c.json(config);
  });

  app.get(`${AUTH}/third-party-auth`, (c) =>
    known(c) ? c.json([...integrations.values()].map(shown)) : missing(c),
  );
  app.post(`${AUTH}/third-party-auth`, async (c) => {
    if (!known(c)) return missing(c);
    const body = integrationSchema.safeParse(await c.req.json());
    if (!body.success || Object.keys(body.data).length !== 1)
      return c.json({ message: 'One of oidc_issuer_url, jwks_url or custom_jwks is required' }, 400);
    const now = Date.now();
    const jwksUrl = body.data.jwks_url ?? null;
    const resolved = jwksUrl === null ? null : await resolve(jwksUrl);
    const integration: Integration = {
      id: randomUUID(),
      type: 'custom',
      oidc_issuer_url: body.data.oidc_issuer_url ?? null,
      jwks_url: jwksUrl,
      custom_jwks: body.data.custom_jwks ?? null,
      resolved_jwks: resolved,
      inserted_at: new Date(now).toISOString(),
      resolved_at: resolved === null ? null : new Date(now).toISOString(),
      trustedFrom: now + lagMilliseconds,
    };
    integrations.set(integration.id, integration);
    return c.json(shown(integration), 201);
  });
  app.delete(`${AUTH}/third-party-auth/:id`, (c) => {
    const integration = integrations.get(c.req.param('id'));
    if (!known(c) || integration === undefined) return missing(c);
    integrations.delete(integration.id);
    return c.json(shown(integration));
  });

  app.get(`${AUTH}/signing-keys`, (c) =>
    known(c) ? c.json({ keys: signingKeys.map(({ trustedFrom: _lag, ...key }) => key) }) : missing(c),
  );
  app.post(`${AUTH}/signing-keys`, async (c) => {
    if (!known(c)) return missing(c);
    const body = signingKeySchema.safeParse(await c.req.json());
    if (!body.success || body.data.private_jwk === undefined)
      return c.json({ message: 'private_jwk must be a P-256 private key' }, 400);
    const { d: _private, ...publicKey } = body.data.private_jwk;
    const key = {
      id: randomUUID(),
      algorithm: body.data.algorithm,
      status: body.data.status ?? 'standby',
      public_jwk: publicKey,
      trustedFrom: Date.now() + lagMilliseconds,
    };
    signingKeys.push(key);
    const { trustedFrom: _lag, ...answer } = key;
    return c.json(answer, 201);
  });
  app.notFound((c) => c.json({ message: `Cannot ${c.req.method} ${c.req.path}` }, 404));

  const lookAgain = async (integration: Integration): Promise<void> => {
    const { jwks_url: address, resolved_at, inserted_at } = integration;
    if (address === null || Date.now() - Date.parse(resolved_at ?? inserted_at) < believesMilliseconds)
      return;
    const resolved = await resolve(address);
    // What does not answer is believed as it was.
    if (resolved !== null) integration.resolved_jwks = resolved;
    integration.resolved_at = new Date().toISOString();
  };
  const trustedKeys: JWTVerifyGetKey = async (header, jws) => {
    await Promise.all([...integrations.values()].map(lookAgain));
    const now = Date.now();
    const keys = [
      ...[...integrations.values()].flatMap(({ resolved_jwks, trustedFrom }) =>
        trustedFrom <= now ? (resolved_jwks?.keys ?? []) : [],
      ),
      ...signingKeys.flatMap(({ public_jwk, trustedFrom }) => (trustedFrom <= now ? [public_jwk] : [])),
    ];
    return createLocalJWKSet({ keys })(header, jws);
  };

  const server = await new Promise<ServerType>((listening) => {
    const started = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, () => listening(started));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port to listen on');
  return {
    url: `http://127.0.0.1:${address.port}`,
    token,
    project,
    trustedKeys,
    calls,
    settings: () => ({
      signUpsDisabled: config.disable_signup && !config.external_anonymous_users_enabled,
      integrations: [...integrations.values()].map(({ jwks_url }) => jwks_url),
      signingKeys: signingKeys.length,
    }),
    breakNext: (call, fault) => void faults.set(call, fault),
    breakCall: (selector, fault, met) => void planned.push({ ...selector, fault, met }),
    watch: (note) => {
      watching = note;
    },
    mendCalls: () => {
      planned = [];
      watching = () => {};
    },
    save: () => structuredClone({ config, integrations: [...integrations.values()], signingKeys }),
    restore: (saved) => {
      const copy = structuredClone(saved);
      config = copy.config;
      integrations.clear();
      for (const integration of copy.integrations) integrations.set(integration.id, integration);
      signingKeys.splice(0, signingKeys.length, ...copy.signingKeys);
    },
    close: () => new Promise((closed) => void server.close(() => closed())),
  };
}

async function resolve(address: string): Promise<{ keys: JWK[] } | null> {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(5_000) });
    return z.object({ keys: z.array(z.looseObject({ kty: z.string() })) }).parse(await answer.json());
  } catch {
    // Tried again later by the hosted project; the operator sees that it has not resolved.
    return null;
  }
}

function shown({ trustedFrom: _lag, ...integration }: Integration): Omit<Integration, 'trustedFrom'> {
  return integration;
}

function withoutUndefined<Value extends object>(
  value: Value,
): { [Key in keyof Value]: NonNullable<Value[Key]> } {
  return Object.fromEntries(Object.entries(value).filter(([, set]) => set !== undefined)) as {
    [Key in keyof Value]: NonNullable<Value[Key]>;
  };
}
