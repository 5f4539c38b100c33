/**
 * The Cloudflare API as the operator's tools use it: the one door to it (uploads go through wrangler, which has its
 * own). How it is called is in cloudflare-calls.ts.
 * https://developers.cloudflare.com/api/
 */
import { z } from 'zod';
import { type CloudflareAccess, CloudflareCalls, CloudflareRefusal } from './cloudflare-calls.ts';

export const CLOUDFLARE_API = 'https://api.cloudflare.com/client/v4';
const CUSTOM_HOSTNAMES_A_PAGE = 50;
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
  annotations: z
    .object({ 'workers/tag': z.string().nullish(), 'workers/message': z.string().nullish() })
    .nullish(),
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
export type VersionBinding = z.infer<typeof bindingSchema>;
export type Deployment = z.infer<typeof deploymentSchema>;
export type DnsRecord = z.infer<typeof recordSchema>;
export type WorkerRoute = z.infer<typeof routeSchema>;
export type Zone = z.infer<typeof zoneSchema>;

/** What a token may be allowed to change; the last three are of a zone. */
export type Writable = 'scripts' | 'kv' | 'buckets' | 'queues' | 'records' | 'routes' | 'customHostnames';

export class CloudflareClient {
  readonly #accountId: string;
  readonly #calls: CloudflareCalls;

  constructor({ url, token, accountId }: CloudflareAccess) {
    this.#accountId = accountId;
    this.#calls = new CloudflareCalls({ url, token });
  }

  listNamespaces() {
    return this.#calls.list(this.#account('/workers/dispatch/namespaces'), namespaceSchema);
  }

  /** Untrusted, as Cloudflare makes them. Throws Unanswered when it may have been made; so do all that create. */
  async createNamespace(name: string): Promise<void> {
    await this.#calls.ask('POST', this.#account('/workers/dispatch/namespaces'), namespaceSchema, { name });
  }

  /** Names of the scripts in a dispatch namespace; none where there is no such namespace. */
  async listNamespaceScripts(namespace: string): Promise<string[]> {
    const path = this.#account(`/workers/dispatch/namespaces/${encodeURIComponent(namespace)}/scripts`);
    return ((await this.#calls.find(path, z.array(scriptSchema))) ?? []).map(({ id }) => id);
  }

  async deleteNamespaceScript(namespace: string, script: string): Promise<void> {
    const path = `/workers/dispatch/namespaces/${encodeURIComponent(namespace)}/scripts/${encodeURIComponent(script)}`;
    await this.#calls.ask('DELETE', this.#account(path), z.unknown());
  }

  listKvNamespaces() {
    return this.#calls.list(this.#account('/storage/kv/namespaces'), kvSchema);
  }

  createKvNamespace(title: string) {
    return this.#calls.ask('POST', this.#account('/storage/kv/namespaces'), kvSchema, { title });
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
      const page = await this.#calls.call('GET', path, z.array(keySchema), undefined, true);
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
      const { values } = await this.#calls.ask('POST', path, valuesSchema, body, true);
      for (const [key, value] of Object.entries(values)) if (value !== null) found.set(key, value);
    }
    return found;
  }

  findBucket(name: string) {
    return this.#calls.find(this.#account(`/r2/buckets/${encodeURIComponent(name)}`), bucketSchema);
  }

  async createBucket(name: string): Promise<void> {
    await this.#calls.ask('POST', this.#account('/r2/buckets'), bucketSchema, { name });
  }

  listQueues() {
    return this.#calls.list(this.#account('/queues'), queueSchema);
  }

  async createQueue(name: string): Promise<void> {
    await this.#calls.ask('POST', this.#account('/queues'), queueSchema, { queue_name: name });
  }

  /** Newest first; null when there is no such Worker. */
  async findDeployments(worker: string): Promise<Deployment[] | null> {
    const schema = z.object({ deployments: z.array(deploymentSchema) });
    return (await this.#calls.find(this.#worker(worker, '/deployments'), schema))?.deployments ?? null;
  }

  /** At most two versions, 100 percent in all. Doing it twice is doing it once. */
  async deployVersions(worker: string, versions: Deployment['versions'], message: string): Promise<void> {
    const body = { strategy: 'percentage', versions, annotations: { 'workers/message': message } };
    await this.#calls.ask('POST', this.#worker(worker, '/deployments'), deploymentSchema, body, true);
  }

  /** Those that can be deployed, newest first, with the tag that each was uploaded with. */
  async listVersions(worker: string): Promise<{ id: string; tag: string | null }[]> {
    const schema = z.object({ items: z.array(versionSchema) });
    const found = await this.#calls.find(this.#worker(worker, '/versions?deployable=true'), schema);
    return (found?.items ?? []).map(({ id, annotations }) => ({
      id,
      tag: annotations?.['workers/tag'] ?? null,
    }));
  }

  /** One of those, with the message of its upload and what it is bound to; null when it is not there. */
  async findVersion(
    worker: string,
    id: string,
  ): Promise<{ tag: string | null; message: string | null; bindings: readonly VersionBinding[] } | null> {
    const path = this.#worker(worker, `/versions/${encodeURIComponent(id)}`);
    const found = await this.#calls.find(path, wholeVersionSchema);
    if (found === null) return null;
    return {
      tag: found.annotations?.['workers/tag'] ?? null,
      message: found.annotations?.['workers/message'] ?? null,
      bindings: found.resources?.bindings ?? [],
    };
  }

  async findZone(name: string): Promise<Zone | null> {
    const accountId = this.#accountId;
    const query = `name=${encodeURIComponent(name)}&account.id=${accountId}`;
    const zones = await this.#calls.ask('GET', `/zones?${query}`, z.array(zoneSchema));
    return zones.find((zone) => zone.name === name) ?? null;
  }

  listRecords(zoneId: string) {
    return this.#calls.list(`/zones/${zoneId}/dns_records`, recordSchema);
  }

  async createRecord(zoneId: string, record: object): Promise<void> {
    await this.#calls.ask('POST', `/zones/${zoneId}/dns_records`, recordSchema, record);
  }

  listRoutes(zoneId: string): Promise<WorkerRoute[]> {
    return this.#calls.ask('GET', `/zones/${zoneId}/workers/routes`, z.array(routeSchema));
  }

  async createRoute(zoneId: string, pattern: string, script: string): Promise<void> {
    await this.#calls.ask('POST', `/zones/${zoneId}/workers/routes`, z.unknown(), { pattern, script });
  }

  async replaceRoute(zoneId: string, id: string, pattern: string, script: string): Promise<void> {
    await this.#calls.ask('PUT', `/zones/${zoneId}/workers/routes/${id}`, z.unknown(), { pattern, script });
  }

  /** Names of a zone that Workers have without a route. */
  listWorkerDomains(zoneId: string): Promise<WorkerDomain[]> {
    const path = `/workers/domains?zone_id=${encodeURIComponent(zoneId)}`;
    return this.#calls.ask('GET', this.#account(path), z.array(workerDomainSchema));
  }

  /** Domains of others that this zone carries (Cloudflare for SaaS). */
  listCustomHostnames(zoneId: string): Promise<CustomHostname[]> {
    return this.#calls.list(
      `/zones/${zoneId}/custom_hostnames`,
      customHostnameSchema,
      CUSTOM_HOSTNAMES_A_PAGE,
    );
  }

  createCustomHostname(zoneId: string, hostname: string, ssl: object): Promise<CustomHostname> {
    return this.#calls.ask('POST', `/zones/${zoneId}/custom_hostnames`, customHostnameSchema, {
      hostname,
      ssl,
    });
  }

  /** Begins the validation of its certificate anew. */
  async renewCustomHostname(zoneId: string, id: string, ssl: object): Promise<void> {
    await this.#calls.ask('PATCH', `/zones/${zoneId}/custom_hostnames/${id}`, customHostnameSchema, { ssl });
  }

  async deleteCustomHostname(zoneId: string, id: string): Promise<void> {
    await this.#calls.ask('DELETE', `/zones/${zoneId}/custom_hostnames/${id}`, z.unknown());
  }

  /** Where custom hostnames of a zone go; null when none was set. */
  findFallbackOrigin(zoneId: string) {
    return this.#calls.find(`/zones/${zoneId}/custom_hostnames/fallback_origin`, originSchema);
  }

  async setFallbackOrigin(zoneId: string, origin: string): Promise<void> {
    await this.#calls.ask('PUT', `/zones/${zoneId}/custom_hostnames/fallback_origin`, originSchema, {
      origin,
    });
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
      await this.#calls.ask('DELETE', paths[kind], z.unknown());
    } catch (error) {
      const absent = error instanceof CloudflareRefusal && ![401, 403].includes(error.status);
      if (!absent) throw error;
    }
  }

  #account(path: string): string {
    return `/accounts/${this.#accountId}${path}`;
  }

  #worker(name: string, path: string): string {
    return this.#account(`/workers/scripts/${encodeURIComponent(name)}${path}`);
  }
}
