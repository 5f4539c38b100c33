/** What the dispatcher's tests share: a world with tenants, and a visitor who asks the Worker for pages. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env as bindings } from 'cloudflare:workers';
import { exportJWK, generateKeyPair } from 'jose';
import { inject, vi } from 'vitest';
import type { ResolvedTenant } from '../../contract/tenants.ts';
import worker from './index.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of tests/supabase-stand-in.ts. */
    supabaseStandIn: string;
  }
}

/** A tenant as `rpc/resolve_hostname` answers it; plain strings, since that is what crosses the wire. */
export type TenantRow = {
  [Key in keyof ResolvedTenant]: ResolvedTenant[Key] extends string ? string : ResolvedTenant[Key];
};

export function tenantRow(hostname: string, changes: Partial<TenantRow> = {}): TenantRow {
  return {
    tenantId: 'partner-seo',
    name: 'Partner SEO',
    type: 'custom-domain',
    status: 'active',
    tier: 'starter',
    signUp: 'open',
    worker: 'custom-tenant',
    hostname,
    canonicalHostname: hostname,
    platformDomain: false,
    providers: ['github'],
    brandAdditions: {},
    brand: { tagline: 'Found first', colors: { light: { primary: '#0f766e' } }, radius: 4 },
    ...changes,
  };
}

interface WorldState {
  hosts?: Record<string, { tenant: TenantRow | null; version: number }>;
  version?: number;
  behaviour?: 'answers' | 'fails' | 'hangs' | 'talks-nonsense';
  holds?: boolean;
}

export interface World {
  readonly env: Env;
  /** The public half of the key that signs tenant contexts. */
  readonly publicKey: Awaited<ReturnType<typeof exportJWK>>;
  set(state: WorldState): Promise<void>;
  /** Hostnames that the rpc was asked for, in order. */
  calls(): Promise<string[]>;
  parked(): Promise<number>;
  visit(url: string, init?: VisitInit): Promise<Visited>;
}

export interface VisitInit extends RequestInit {
  /** Sent as the Host header, when it is not what the URL says. */
  readonly host?: string;
  readonly navigate?: boolean;
}

export interface Visited {
  readonly response: Response;
  /** Waits for what the Worker does after its answer. */
  settled(): Promise<void>;
}

// Machines that build are busy ones.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let count = 0;

/** A hostname that no other test has used: KV is shared by the tests of a file. */
export function freshHost(parent = 'example-brand.com'): string {
  count += 1;
  return `host-${count}-${crypto.randomUUID().slice(0, 8)}.${parent}`;
}

export const INDEX_HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="placeholder">
<meta name="theme-color" media="(prefers-color-scheme: light)" content="#ffffff">
<meta name="theme-color" media="(prefers-color-scheme: dark)" content="#000000">
<meta property="og:title" content="placeholder">
<meta property="og:description" content="placeholder">
<meta property="og:site_name" content="placeholder">
<meta property="og:url" content="placeholder">
<meta property="csp-nonce" nonce="">
<title>placeholder</title>
<link rel="icon" href="/favicon.ico">
<link rel="manifest" href="/manifest.webmanifest">
<script>document.documentElement.dataset.theme = localStorage.theme</script>
<style>body { margin: 0 }</style>
<link rel="modulepreload" href="/assets/vendor-1.js">
<link rel="stylesheet" href="/assets/index-1.css">
<script type="application/json" id="boot">null</script>
<script type="module" src="/assets/index-1.js"></script>
</head>
<body><div id="root"></div></body>
</html>`;

/** The build's files, behind the same binding as in production. */
function builtFiles(): Fetcher {
  const files: Record<string, [string, string]> = {
    '/': ['text/html; charset=utf-8', INDEX_HTML],
    '/index.html': ['text/html; charset=utf-8', INDEX_HTML],
    '/assets/index-1.js': ['text/javascript', 'export {}'],
    '/fonts.txt': ['text/plain', 'OFL'],
  };
  return fetcher((request) => {
    const file = files[new URL(request.url).pathname];
    if (!file) return new Response('Not found', { status: 404 });
    return new Response(file[1], { headers: { 'content-type': file[0], etag: '"file"' } });
  });
}

export function fetcher(handle: (request: Request) => Response | Promise<Response>): Fetcher {
  const fetch = async (input: RequestInfo | URL, init?: RequestInit) => handle(new Request(input, init));
  const connect = (): never => {
    throw new Error('no test connects a socket');
  };
  return { fetch, connect } as Fetcher;
}

/** The rate-limit binding of one window that never ends: a test must not depend on when it runs. */
export function limiterOf(limit: number): RateLimit {
  const counts = new Map<string, number>();
  return {
    async limit({ key }) {
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return { success: count <= limit };
    },
  };
}

export interface Dispatched {
  readonly name: string;
  readonly options: DynamicDispatchOptions | undefined;
}

/** A dispatch namespace over plain handlers, which notes what it was asked for. */
export function namespaceOf(
  workers: Record<string, (request: Request) => Response | Promise<Response>>,
  dispatched: Dispatched[] = [],
): DispatchNamespace {
  return {
    get(name, _args, options) {
      dispatched.push({ name, options });
      return fetcher(
        workers[name] ??
          (() => {
            throw new Error('Worker not found.');
          }),
      );
    },
  };
}

export const echo = (request: Request): Response =>
  Response.json({ url: request.url, method: request.method, headers: Object.fromEntries(request.headers) });

const signing = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
const supabaseKey = await generateKeyPair('ES256', { extractable: true });
export const SIGNING_JWK = { ...(await exportJWK(signing.privateKey)), kid: 'context-1' };
/** With its private member, to see that it is never published. */
export const SUPABASE_JWK = {
  ...(await exportJWK(supabaseKey.privateKey)),
  kid: 'supabase-1',
  alg: 'ES256',
  use: 'sig',
};

export async function openWorld(overrides: Partial<Env> = {}): Promise<World> {
  const key = `sb_publishable_${crypto.randomUUID()}`;
  const supabase = inject('supabaseStandIn');
  const steer = async (init?: RequestInit): Promise<{ calls: string[]; parked: number }> =>
    (await fetch(`${supabase}/worlds/${key}`, init)).json();
  await steer();
  const address = `test-${crypto.randomUUID()}`;
  const env: Env = {
    TENANT_DIRECTORY: bindings.TENANT_DIRECTORY,
    BRAND_FILES: bindings.BRAND_FILES,
    UNKNOWN_HOSTS: bindings.UNKNOWN_HOSTS,
    ASSETS: builtFiles(),
    DISPATCHER: namespaceOf({ 'custom-tenant': echo, 'partner-tenant': echo, 'primary-tenant': echo }),
    SUPABASE_URL: supabase,
    SUPABASE_PUBLISHABLE_KEY: key,
    RELEASE: '',
    LOCAL_HOST_SUFFIX: '',
    FRESH_SECONDS: '300',
    POWERED_BY_NAME: 'Platform Works',
    POWERED_BY_URL: 'https://platform-works.example',
    CONTEXT_SIGNING_KEY: JSON.stringify(SIGNING_JWK),
    SUPABASE_JWKS: JSON.stringify({ keys: [SUPABASE_JWK] }),
    ...overrides,
  };
  return {
    env,
    publicKey: { ...(await exportJWK(signing.publicKey)), kid: SIGNING_JWK.kid },
    set: async (state) => void (await steer({ method: 'PUT', body: JSON.stringify(state) })),
    calls: async () => (await steer()).calls,
    parked: async () => (await steer()).parked,
    async visit(url, { host, navigate, ...init } = {}) {
      const headers = new Headers(init.headers);
      if (host !== undefined) headers.set('host', host);
      if (navigate) headers.set('sec-fetch-mode', 'navigate');
      if (!headers.has('cf-connecting-ip')) headers.set('cf-connecting-ip', address);
      const context = createExecutionContext();
      const request = new Request<unknown, IncomingRequestCfProperties>(url, {
        ...init,
        headers,
      } as RequestInit<IncomingRequestCfProperties>);
      const response = await worker.fetch(request, env, context);
      return { response, settled: () => waitOnExecutionContext(context) };
    },
  };
}

/** A world that knows one active tenant. */
export async function openPortalWorld(
  changes: Partial<TenantRow> = {},
  overrides: Partial<Env> = {},
): Promise<World & { readonly hostname: string; readonly origin: string }> {
  const world = await openWorld(overrides);
  const hostname = freshHost();
  await world.set({
    hosts: { [hostname]: { tenant: tenantRow(hostname, changes), version: 7 } },
    version: 9,
  });
  return { ...world, hostname, origin: `https://${hostname}` };
}
