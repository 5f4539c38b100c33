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
const CUSTOM_HOSTNAMES_A_PAGE = 50;
const MOST_PAGES = 100;
/** An id that nothing has. */
const NOWHERE = '0'.repeat(32);
/** Bounds of Cloudflare's: of a list of keys, and of keys whose values are read at once. */
const KEYS_LISTED = 1000;
const KEYS_READ = 100;

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
/** Of a version: what we ask of one is in the settings of its type. */
const bindingSchema = z.looseObject({ name: z.string(), type: z.string() });
const wholeVersionSchema = versionSchema.extend({
  resources: z.object({ bindings: z.array(bindingSchema).nullish() }).nullish(),
});
const keySchema = z.object({ name: z.string() });
const valuesSchema = z.object({ values: z.record(z.string(), z.string().nullable()) });
const zoneSchema = z.object({ id: z.string(), name: z.string(), status: z.string() });
const recordSchema = z.object({
  id: z.string(),
  type: z.string(),
  name: z.string(),
  content: z.string().nullish(),
  proxied: z.boolean().nullish(),
  comment: z.string().nullish(),
});
const routeSchema = z.object({ id: z.string(), pattern: z.string(), script: z.string().nullish() });
const originSchema = z.object({ origin: z.string().nullish() });
const workerDomainSchema = z.object({ hostname: z.string(), service: z.string().nullish() });
const customHostnameSchema = z.object({
  id: z.string(),
  hostname: z.string(),
  status: z.string().nullish(),
  ssl: z.object({ status: z.string().nullish() }).nullish(),
  ownership_verification: z
    .object({ type: z.string().nullish(), name: z.string().nullish(), value: z.string().nullish() })
    .nullish(),
});

export type CustomHostname = z.infer<typeof customHostnameSchema>;
export type WorkerDomain = z.infer<typeof workerDomainSchema>;
const pageInfoSchema = z.object({
  cursor: z.string().nullish(),
  per_page: z.number().nullish(),
  total_count: z.number().nullish(),
  total_pages: z.number().nullish(),
});
type PageInfo = z.infer<typeof pageInfoSchema>;

export type VersionBinding = z.infer<typeof bindingSchema>;
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

/** What a token may be allowed to change; the last three are of a zone. */
export type Writable = 'scripts' | 'kv' | 'buckets' | 'queues' | 'records' | 'routes' | 'customHostnames';

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

  /** Names of keys by prefix, in order: at most `most`, and whether there are more. */
  async listKvKeys(
    namespaceId: string,
    prefix: string,
    most: number,
  ): Promise<{ names: string[]; more: boolean }> {
    const names: string[] = [];
    for (let cursor = ''; ; ) {
      const query = new URLSearchParams({ prefix, limit: String(KEYS_LISTED), ...(cursor && { cursor }) });
      const path = this.#account(`/storage/kv/namespaces/${namespaceId}/keys?${query}`);
      const page = await this.#call('GET', path, z.array(keySchema), undefined, true);
      names.push(...page.result.map(({ name }) => name));
      cursor = page.info?.cursor ?? '';
      if (cursor === '' || names.length >= most)
        return { names: names.slice(0, most), more: cursor !== '' || names.length > most };
    }
  }

  /** Values by key, those that are there; asks for a hundred at once. */
  async readKvValues(namespaceId: string, keys: readonly string[]): Promise<Map<string, string>> {
    const path = this.#account(`/storage/kv/namespaces/${namespaceId}/bulk/get`);
    const found = new Map<string, string>();
    for (let at = 0; at < keys.length; at += KEYS_READ) {
      const body = { keys: keys.slice(at, at + KEYS_READ) };
      const { values } = await this.#ask('POST', path, valuesSchema, body, true);
      for (const [key, value] of Object.entries(values)) if (value !== null) found.set(key, value);
    }
    return found;
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

  /** One of those, with what it is bound to; null when it is not there. */
  async findVersion(
    worker: string,
    id: string,
  ): Promise<{ tag: string | null; bindings: readonly VersionBinding[] } | null> {
    const path = this.#worker(worker, `/versions/${encodeURIComponent(id)}`);
    const found = await this.#find(path, wholeVersionSchema);
    if (found === null) return null;
    return {
      tag: found.annotations?.['workers/tag'] ?? null,
      bindings: found.resources?.bindings ?? [],
    };
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

  /** Names of a zone that Workers have without a route. */
  listWorkerDomains(zoneId: string): Promise<WorkerDomain[]> {
    const path = `/workers/domains?zone_id=${encodeURIComponent(zoneId)}`;
    return this.#ask('GET', this.#account(path), z.array(workerDomainSchema));
  }

  /** Domains of others that this zone carries (Cloudflare for SaaS). */
  listCustomHostnames(zoneId: string): Promise<CustomHostname[]> {
    return this.#list(`/zones/${zoneId}/custom_hostnames`, customHostnameSchema, CUSTOM_HOSTNAMES_A_PAGE);
  }

  createCustomHostname(zoneId: string, hostname: string, ssl: object): Promise<CustomHostname> {
    return this.#ask('POST', `/zones/${zoneId}/custom_hostnames`, customHostnameSchema, { hostname, ssl });
  }

  /** Begins the validation of its certificate anew. */
  async renewCustomHostname(zoneId: string, id: string, ssl: object): Promise<void> {
    await this.#ask('PATCH', `/zones/${zoneId}/custom_hostnames/${id}`, customHostnameSchema, { ssl });
  }

  async deleteCustomHostname(zoneId: string, id: string): Promise<void> {
    await this.#ask('DELETE', `/zones/${zoneId}/custom_hostnames/${id}`, z.unknown());
  }

  /** Where custom hostnames of a zone go; null when none was set. */
  findFallbackOrigin(zoneId: string) {
    return this.#find(`/zones/${zoneId}/custom_hostnames/fallback_origin`, originSchema);
  }

  async setFallbackOrigin(zoneId: string, origin: string): Promise<void> {
    await this.#ask('PUT', `/zones/${zoneId}/custom_hostnames/fallback_origin`, originSchema, { origin });
  }

  /**
   * Throws a CloudflareRefusal (403) where the token may read, but not write: to delete what cannot be there is refused
   * to such a token, and is “not found” to any other.
   */
  async requireWrite(kind: Writable, zoneId = ''): Promise<void> {
    const paths: Record<Writable, string> = {
      scripts: this.#worker(`nobody-${NOWHERE}`, ''),
      kv: this.#account(`/storage/kv/namespaces/${NOWHERE}`),
      buckets: this.#account(`/r2/buckets/nobody-${NOWHERE}`),
      queues: this.#account(`/queues/${NOWHERE}`),
      records: `/zones/${zoneId}/dns_records/${NOWHERE}`,
      routes: `/zones/${zoneId}/workers/routes/${NOWHERE}`,
      customHostnames: `/zones/${zoneId}/custom_hostnames/00000000-0000-4000-8000-000000000000`,
    };
    try {
      await this.#ask('DELETE', paths[kind], z.unknown());
    } catch (error) {
      const absent = error instanceof CloudflareRefusal && ![401, 403].includes(error.status);
      if (!absent) throw error;
    }
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

  async #list<Value>(path: string, schema: z.ZodType<Value>, size = PAGE_SIZE): Promise<Value[]> {
    const all: Value[] = [];
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const address = `${path}?page=${page}&per_page=${size}`;
      const { result, info } = await this.#call('GET', address, z.array(schema), undefined, true);
      all.push(...result);
      if (isLast(page, size, result.length, all.length, info)) return all;
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
  ): Promise<{ result: Value; info: PageInfo | null }> {
    const what = `${method} ${path.replace(/\?.*/, '').replace(/^\/accounts\/[^/]+/, '')}`;
    const envelope = z.object({
      result: schema,
      result_info: pageInfoSchema.nullish(),
    });
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#send(method, path, body);
      if (answer?.ok) {
        const parsed = envelope.safeParse(await answer.json().catch(() => null));
        if (!parsed.success)
          throw new Refusal(`Cloudflare answers ${what} in a way that this tool does not know.`);
        return { result: parsed.data.result, info: parsed.data.result_info ?? null };
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

/** Lists tell in different ways how much there is; one without any comes whole. An empty page ends them all. */
function isLast(page: number, size: number, onPage: number, read: number, info: PageInfo | null): boolean {
  if (info === null || onPage === 0) return true;
  if (typeof info.total_pages === 'number') return page >= info.total_pages;
  if (typeof info.total_count === 'number') return read >= info.total_count;
  return onPage < (info.per_page ?? size);
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
