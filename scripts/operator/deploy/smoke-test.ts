/**
 * Asks a tenant's portal as a visitor would: is it this tenant, by its Worker, with its brand, its app and its
 * headers? The address is `https://<hostname>`; a rehearsal dials its edge instead and says the name in the Host header.
 */
import { request as requestPlain } from 'node:http';
import { type RequestOptions, request as requestSecure } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { RELEASE_HEADER } from '../../../contract/answer-headers.ts';
import { healthSchema } from '../../../contract/api.ts';
import type { DeployedTenant } from './tenants.ts';

const TIMEOUT_MILLISECONDS = 20_000;
const MOST_BYTES = 4_000_000;
const AT_ONCE = 4;
const TRIES = 3;
const PAUSE_MILLISECONDS = 700;
/** How long a change of versions may take to be everywhere: Cloudflare speaks of seconds. */
const SPREAD_MILLISECONDS = 30_000;

export interface SmokeTarget {
  /** `http://127.0.0.1:PORT` of a rehearsal; null for the hostnames themselves. */
  readonly edge: URL | null;
  /** Name of the dispatcher, for Cloudflare's version override. */
  readonly dispatcher: string;
}

export interface TenantHealth {
  readonly tenantId: string;
  readonly hostname: string;
  /** In words; none when it is as it should be. */
  readonly problems: readonly string[];
}

export interface AskedVersion {
  /** Of the dispatcher, which must be part of the deployment; null: whatever serves. */
  readonly version: string | null;
  /** Which release has to answer: a change takes seconds to be everywhere. Null: any. */
  readonly release: string | null;
}
export const ANY_VERSION: AskedVersion = { version: null, release: null };

export async function askTenants(
  target: SmokeTarget,
  tenants: readonly DeployedTenant[],
  asked: AskedVersion,
  patienceMilliseconds = 0,
): Promise<TenantHealth[]> {
  const health: TenantHealth[] = [];
  const waiting = [...tenants.entries()];
  const until = Date.now() + patienceMilliseconds;
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, tenant] = next;
      health[index] = await askPatiently(target, tenant, asked, until);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return health;
}

async function askPatiently(
  target: SmokeTarget,
  tenant: DeployedTenant,
  asked: AskedVersion,
  until: number,
): Promise<TenantHealth> {
  const untilThere = Date.now() + SPREAD_MILLISECONDS;
  for (let attempt = 1; ; attempt += 1) {
    const { problems, late } = await askTenant(target, tenant, asked);
    const ended = Date.now() >= (late ? Math.max(until, untilThere) : until);
    if (problems.length === 0 || (attempt >= TRIES && ended))
      return { tenantId: tenant.tenantId, hostname: tenant.domain, problems };
    await sleep(PAUSE_MILLISECONDS * (late ? 1 : Math.min(attempt, 10)));
  }
}

interface Answered {
  readonly problems: readonly string[];
  /** Another release answers, which may be a matter of seconds. */
  readonly late: boolean;
}

async function askTenant(
  target: SmokeTarget,
  tenant: DeployedTenant,
  { version, release }: AskedVersion,
): Promise<Answered> {
  const ask = (path: string) => fetchPortal(target, tenant.domain, path, version);
  const found = (...problems: string[]): Answered => ({ problems, late: false });
  if (tenant.status === 'suspended') {
    const notice = await ask('/');
    if (notice === null) return found('does not answer');
    return notice.status === 403 ? found() : found(`is suspended and answers ${notice.status}, not 403`);
  }
  const page = await ask('/sign-in');
  if (page === null) return found('does not answer');
  // First, since nothing else says who answered.
  const answering = page.headers[RELEASE_HEADER] ?? null;
  if (release !== null && page.status === 200 && answering !== release)
    return { problems: [`is answered by ${answering ?? 'another release'}, not by ${release}`], late: true };
  const health = await ask('/api/health');
  if (health === null) return found('/api/health does not answer');
  return found(...judgeHealth(health, tenant), ...(await judgePage(page, target, ask)));
}

function judgeHealth({ status, body }: PortalAnswer, tenant: DeployedTenant): string[] {
  if (status !== 200) return [`/api/health answers ${status}`];
  const parsed = healthSchema.safeParse(parseJson(body));
  if (!parsed.success) return ['/api/health answers something else than its schema'];
  const { data } = parsed;
  if (data.tenant.tenantId !== tenant.tenantId)
    return [`/api/health is another tenant’s (${data.tenant.tenantId})`];
  return data.worker === tenant.worker
    ? []
    : [`/api/health is answered by ${data.worker}, not ${tenant.worker}`];
}

const brandSchema = z.object({ name: z.string() });

/** The page has the brand's own name, what keeps it safe, and a script that is there. */
async function judgePage(
  { status, headers, body }: PortalAnswer,
  target: SmokeTarget,
  ask: (path: string) => Promise<PortalAnswer | null>,
): Promise<string[]> {
  if (status !== 200) return [`/sign-in answers ${status}`];
  const problems: string[] = [];
  if (!headers['content-type']?.startsWith('text/html')) return ['/sign-in is no page'];
  const policy = headers['content-security-policy'] ?? '';
  if (!policy.includes("'nonce-") || !policy.includes("frame-ancestors 'none'"))
    problems.push('/sign-in has no content security policy of ours');
  if (headers['x-content-type-options'] !== 'nosniff') problems.push('/sign-in may be sniffed (no nosniff)');
  const transport = headers['strict-transport-security'];
  if (target.edge === null && transport === undefined) problems.push('/sign-in has no HSTS');
  if (transport !== undefined && /includesubdomains|preload/i.test(transport))
    problems.push('/sign-in binds other names of the partner by HSTS');

  const told = await ask('/api/tenant');
  const brand = brandSchema.safeParse(told === null ? null : parseJson(told.body));
  if (!brand.success) problems.push('/api/tenant tells no brand');
  else if (!titleOf(body).includes(brand.data.name))
    problems.push(`/sign-in is not titled with the brand ${brand.data.name}`);

  const script = /<script\b[^>]*\bsrc="(\/[^"]+)"/.exec(body)?.[1];
  const loaded = script === undefined ? null : await ask(script);
  if (loaded?.status !== 200) problems.push(`the app’s script ${script ?? ''} does not load`);
  return problems;
}

export function titleOf(html: string): string {
  const title = /<title>([^<]*)<\/title>/.exec(html)?.[1] ?? '';
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'" };
  return title.replaceAll(/&(amp|lt|gt|quot|#39|#x27);/g, (whole, name: string) => entities[name] ?? whole);
}

/** Null for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export interface PortalAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** Follows no redirect. Null when there is no whole answer in time. */
export function fetchPortal(
  { edge, dispatcher }: SmokeTarget,
  hostname: string,
  path: string,
  version: string | null,
): Promise<PortalAnswer | null> {
  const options: RequestOptions = {
    method: 'GET',
    path,
    headers: {
      host: hostname,
      'user-agent': 'marquee-deploy',
      accept: 'text/html, application/json;q=0.9, */*;q=0.8',
      // https://developers.cloudflare.com/workers/configuration/versions-and-deployments/gradual-deployments/
      ...(version !== null && { 'cloudflare-workers-version-overrides': `${dispatcher}="${version}"` }),
    },
    signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    ...(edge === null
      ? { host: hostname, servername: hostname, agent: false }
      : { host: edge.hostname, port: edge.port, agent: false }),
  };
  const send = edge === null ? requestSecure : requestPlain;
  return new Promise((resolve) => {
    const request = send(options, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MOST_BYTES) request.destroy();
        else chunks.push(chunk);
      });
      response.once('error', () => resolve(null));
      response.once('close', () => resolve(null));
      response.once('end', () => {
        const headers: Record<string, string | undefined> = {};
        for (const [name, value] of Object.entries(response.headers))
          headers[name] = Array.isArray(value) ? value.join(', ') : value;
        resolve({ status: response.statusCode ?? 0, headers, body: Buffer.concat(chunks).toString('utf8') });
      });
    });
    // Refused, timed out, no such name, a certificate of others: the same to a visitor.
    request.once('error', () => resolve(null));
    request.end();
  });
}
