/**
 * The Cloudflare API as the operator's tools use it: the one door to it (uploads go through wrangler, which has its
 * own). Every answer is checked, every call is bounded in time, and what can be tried again is.
 * https://developers.cloudflare.com/api/
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { Refusal } from '../local/steps.ts';
import { Unanswered } from './management-client.ts';

export const CLOUDFLARE_API = 'https://api.cloudflare.com/client/v4';
const TIMEOUT_MILLISECONDS = 30_000;
const TRIES = 4;
const LONGEST_PAUSE_SECONDS = 60;
const PAGE_SIZE = 100;
/** Custom hostnames come so many at most. */
const HOSTNAMES_PAGE_SIZE = 50;
const MOST_PAGES = 100;

const namespaceSchema = z.object({
  namespace_name: z.string(),
  /** False when left out: untrusted, the default. */
  trusted_workers: z.boolean().nullish(),
});
const kvSchema = z.object({ id: z.string(), title: z.string() });
const bucketSchema = z.object({ name: z.string() });
const queueSchema = z.object({ queue_id: z.string(), queue_name: z.string() });
const scriptSchema = z.object({ id: z.string() });
const deploymentSchema = z.object({
  id: z.string(),
  versions: z.array(z.object({ version_id: z.string(), percentage: z.number() })),
});
const versionSchema = z.object({
  id: z.string(),
  annotations: z.object({ 'workers/tag': z.string().nullish() }).nullish(),
});
const zoneSchema = z.object({ id: z.string(), name: z.string(), status: z.string() });
const recordSchema = z.object({
  id: z.string(),
  type: z.string(),
  name: z.string(),
  content: z.string().nullish(),
  proxied: z.boolean().nullish(),
});
const routeSchema = z.object({ id: z.string(), pattern: z.string(), script: z.string().nullish() });
const customHostnameSchema = z.object({ id: z.string(), hostname: z.string() });
const originSchema = z.object({ origin: z.string().nullish() });

export type Deployment = z.infer<typeof deploymentSchema>;
export type DnsRecord = z.infer<typeof recordSchema>;
export type WorkerRoute = z.infer<typeof routeSchema>;
export type Zone = z.infer<typeof zoneSchema>;

export interface CloudflareAccess {
  /** CLOUDFLARE_API, or a stand-in. */
  readonly url: string;
  readonly token: string;
  readonly accountId: string;
}

/** Cloudflare said no: to the token (401, 403) or to what was asked. */
export class CloudflareRefusal extends Refusal {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export class CloudflareClient {
  readonly #access: CloudflareAccess;

  constructor(access: CloudflareAccess) {
    this.#access = access;
  }

  listNamespaces() {
    return this.#list(this.#account('/workers/dispatch/namespaces'), namespaceSchema);
  }

  /** Untrusted, as Cloudflare makes them. Throws Unanswered when it may have been made; so do all that create. */
  async createNamespace(name: string): Promise<void> {
    await this.#ask('POST', this.#account('/workers/dispatch/namespaces'), namespaceSchema, { name });
  }

  /** Names of the scripts in a dispatch namespace; none where there is no such namespace. */
  async listNamespaceScripts(namespace: string): Promise<string[]> {
    const path = this.#account(`/workers/dispatch/namespaces/${encodeURIComponent(namespace)}/scripts`);
    return ((await this.#find(path, z.array(scriptSchema))) ?? []).map(({ id }) => id);
  }

  async deleteNamespaceScript(namespace: string, script: string): Promise<void> {
    const path = `/workers/dispatch/namespaces/${encodeURIComponent(namespace)}/scripts/${encodeURIComponent(script)}`;
    await this.#ask('DELETE', this.#account(path), z.unknown());
  }

  listKvNamespaces() {
    return this.#list(this.#account('/storage/kv/namespaces'), kvSchema);
  }

  createKvNamespace(title: string) {
    return this.#ask('POST', this.#account('/storage/kv/namespaces'), kvSchema, { title });
  }

  findBucket(name: string) {
    return this.#find(this.#account(`/r2/buckets/${encodeURIComponent(name)}`), bucketSchema);
  }

  async createBucket(name: string): Promise<void> {
    await this.#ask('POST', this.#account('/r2/buckets'), bucketSchema, { name });
  }

  listQueues() {
    return this.#list(this.#account('/queues'), queueSchema);
  }

  async createQueue(name: string): Promise<void> {
    await this.#ask('POST', this.#account('/queues'), queueSchema, { queue_name: name });
  }

  /** Newest first; null when there is no such Worker. */
  async findDeployments(worker: string): Promise<Deployment[] | null> {
    const schema = z.object({ deployments: z.array(deploymentSchema) });
    return (await this.#find(this.#worker(worker, '/deployments'), schema))?.deployments ?? null;
  }

  /** At most two versions, 100 percent in all. Doing it twice is doing it once. */
  async deployVersions(worker: string, versions: Deployment['versions'], message: string): Promise<void> {
    const body = { strategy: 'percentage', versions, annotations: { 'workers/message': message } };
    await this.#ask('POST', this.#worker(worker, '/deployments'), deploymentSchema, body, true);
  }

  /** Those that can be deployed, newest first, with the tag that each was uploaded with. */
  async listVersions(worker: string): Promise<{ id: string; tag: string | null }[]> {
    const schema = z.object({ items: z.array(versionSchema) });
    const found = await this.#find(this.#worker(worker, '/versions?deployable=true'), schema);
    return (found?.items ?? []).map(({ id, annotations }) => ({
      id,
      tag: annotations?.['workers/tag'] ?? null,
    }));
  }

  async findZone(name: string): Promise<Zone | null> {
    const { accountId } = this.#access;
    const query = `name=${encodeURIComponent(name)}&account.id=${accountId}`;
    const zones = await this.#ask('GET', `/zones?${query}`, z.array(zoneSchema));
    return zones.find((zone) => zone.name === name) ?? null;
  }

  listRecords(zoneId: string) {
    return this.#list(`/zones/${zoneId}/dns_records`, recordSchema);
  }

  async createRecord(zoneId: string, record: object): Promise<void> {
    await this.#ask('POST', `/zones/${zoneId}/dns_records`, recordSchema, record);
  }

  listRoutes(zoneId: string): Promise<WorkerRoute[]> {
    return this.#ask('GET', `/zones/${zoneId}/workers/routes`, z.array(routeSchema));
  }

  async createRoute(zoneId: string, pattern: string, script: string): Promise<void> {
    await this.#ask('POST', `/zones/${zoneId}/workers/routes`, z.unknown(), { pattern, script });
  }

  async replaceRoute(zoneId: string, id: string, pattern: string, script: string): Promise<void> {
    await this.#ask('PUT', `/zones/${zoneId}/workers/routes/${id}`, z.unknown(), { pattern, script });
  }

  /** Where custom hostnames of a zone go; null when none was set. */
  findFallbackOrigin(zoneId: string) {
    return this.#find(`/zones/${zoneId}/custom_hostnames/fallback_origin`, originSchema);
  }

  async setFallbackOrigin(zoneId: string, origin: string): Promise<void> {
    await this.#ask('PUT', `/zones/${zoneId}/custom_hostnames/fallback_origin`, originSchema, { origin });
  }

  async listCustomHostnames(zoneId: string): Promise<string[]> {
    const path = `/zones/${zoneId}/custom_hostnames`;
    const all = await this.#list(path, customHostnameSchema, HOSTNAMES_PAGE_SIZE);
    return all.map(({ hostname }) => hostname);
  }

  /** Its certificate comes by itself once the name points at the zone. */
  async createCustomHostname(zoneId: string, hostname: string): Promise<void> {
    const body = { hostname, ssl: { method: 'http', type: 'dv' } };
    await this.#ask('POST', `/zones/${zoneId}/custom_hostnames`, customHostnameSchema, body);
  }

  #account(path: string): string {
    return `/accounts/${this.#access.accountId}${path}`;
  }

  #worker(name: string, path: string): string {
    return this.#account(`/workers/scripts/${encodeURIComponent(name)}${path}`);
  }

  async #find<Value>(path: string, schema: z.ZodType<Value>): Promise<Value | null> {
    try {
      return await this.#ask('GET', path, schema);
    } catch (error) {
      if (error instanceof CloudflareRefusal && error.status === 404) return null;
      throw error;
    }
  }

  async #list<Value>(path: string, schema: z.ZodType<Value>, pageSize = PAGE_SIZE): Promise<Value[]> {
    const all: Value[] = [];
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const address = `${path}?page=${page}&per_page=${pageSize}`;
      const { result, pages } = await this.#call('GET', address, z.array(schema), undefined, true);
      all.push(...result);
      if (page >= pages) return all;
    }
    throw new Refusal(`Cloudflare lists more at ${path} than this tool reads.`);
  }

  async #ask<Value>(
    method: string,
    path: string,
    schema: z.ZodType<Value>,
    body?: object,
    repeatable = method !== 'POST',
  ): Promise<Value> {
    return (await this.#call(method, path, schema, body, repeatable)).result;
  }

  async #call<Value>(
    method: string,
    path: string,
    schema: z.ZodType<Value>,
    body: object | undefined,
    repeatable: boolean,
  ): Promise<{ result: Value; pages: number }> {
    const what = `${method} ${path.replace(/\?.*/, '').replace(/^\/accounts\/[^/]+/, '')}`;
    const envelope = z.object({
      result: schema,
      result_info: z.object({ total_pages: z.number().nullish() }).nullish(),
    });
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#send(method, path, body);
      if (answer?.ok) {
        const parsed = envelope.safeParse(await answer.json().catch(() => null));
        if (!parsed.success)
          throw new Refusal(`Cloudflare answers ${what} in a way that this tool does not know.`);
        return { result: parsed.data.result, pages: parsed.data.result_info?.total_pages ?? 1 };
      }
      const status = answer?.status ?? null;
      const failing = status === null || status >= 500;
      if (!failing && status !== 429) throw await explain(answer, status, what);
      // What failed may have been done; only what may be done twice, or was not begun, is tried again here.
      if (failing && !repeatable)
        throw new Unanswered(
          `Cloudflare did not answer ${what} (${status ?? 'no connection'}). Run it again.`,
        );
      if (attempt === TRIES)
        throw new Unanswered(
          `Cloudflare does not answer ${what} (${status ?? 'no connection'}), tried ${TRIES} times.`,
        );
      const wanted = Number(answer?.headers.get('retry-after') ?? 0.25 * 2 ** attempt);
      await sleep(Math.min(Number.isFinite(wanted) ? wanted : 1, LONGEST_PAUSE_SECONDS) * 1000);
    }
  }

  async #send(method: string, path: string, body?: object): Promise<Response | null> {
    try {
      return await fetch(`${this.#access.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.#access.token}`,
          ...(body && { 'content-type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
      });
    } catch {
      // Refused, timed out or broken off: the same to us.
      return null;
    }
  }
}

async function explain(answer: Response | null, status: number, what: string): Promise<CloudflareRefusal> {
  const schema = z.object({ errors: z.array(z.object({ code: z.number(), message: z.string() })) });
  const said = schema.safeParse(await answer?.json().catch(() => null)).data?.errors[0];
  const reason = said === undefined ? `${status}` : `${status}, ${said.code}: ${said.message.slice(0, 200)}`;
  if (status === 401)
    return new CloudflareRefusal(status, `Cloudflare refuses CLOUDFLARE_API_TOKEN (${what}: ${reason}).`);
  if (status === 403)
    return new CloudflareRefusal(status, `CLOUDFLARE_API_TOKEN has no right to ${what} (${reason}).`);
  return new CloudflareRefusal(status, `Cloudflare refuses ${what} (${reason}).`);
}
