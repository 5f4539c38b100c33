/**
 * Every portal of a stack on one port, from what `npm run build` wrote: dispatcher, dispatch namespace, the three tenant
 * Workers and the jobs Worker on workerd, without Vite. Called by preview.ts, the browser and the integration tests.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import './miniflare-arena.ts';
import { createTestHarness, type TestHarness, type TestHarnessOptions, unstable_readConfig } from 'wrangler';
import { LOCAL_HOST_SUFFIX, PLATFORM_DOMAIN } from './oauth-clients.ts';
import type { Stack } from './stack.ts';
import { JOBS_WORKER, MAIL_SERVICE, TENANT_WORKERS } from './workers.ts';

type InlineConfig = Extract<TestHarnessOptions['workers'][number], { config: unknown }>['config'];

export interface Portal {
  /** `http://127.0.0.1:<port>`; the Host header says which portal. */
  readonly url: URL;
  readonly port: number;
  /** `http://partner-seo.com.localhost:<port>`. */
  origin(hostname: string): string;
  /** Asks by an absolute URL; its host becomes the Host header. No redirect is followed. */
  readonly fetch: TestHarness['fetch'];
  /** Runs a cron of the jobs Worker: here none runs by itself. */
  runJob(cron: string): Promise<void>;
  /** What the Workers have logged so far, oldest first. */
  logs(): { readonly level: string; readonly message: string }[];
  /** Names of all files of brands, of all tenants. */
  brandFileKeys(): Promise<string[]>;
  /** What the dispatcher has written into its KV namespace: key → value. */
  directoryEntries(): Promise<Map<string, string>>;
  /** Puts such entries there, as when another release's dispatcher had written them. */
  putDirectoryEntries(entries: ReadonlyMap<string, string>): Promise<void>;
  close(): Promise<void>;
}

interface BucketOwner {
  readonly BRAND_FILES: { list(): Promise<{ readonly objects: readonly { readonly key: string }[] }> };
}

interface DirectoryOwner {
  readonly TENANT_DIRECTORY: {
    list(): Promise<{ readonly keys: readonly { readonly name: string }[] }>;
    get(name: string): Promise<string | null>;
    put(name: string, value: string): Promise<void>;
  };
}

export interface PortalOptions {
  readonly stack: Stack;
  /** Overrides of the dispatcher's variables. */
  readonly dispatcherVars?: Readonly<Record<string, string>>;
  /** False: nobody listens to the queues, as when they are down. */
  readonly queues?: boolean;
  /** Folders of builds that Workers come from, where it is not this tree's `dist`: releases side by side. */
  readonly builds?: { readonly dispatcher?: string; readonly tenant?: string; readonly jobs?: string };
}

const READY_TIMEOUT_MS = 60_000;
const READY_PAUSE_MS = 250;

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

export async function startPortal({
  stack,
  dispatcherVars = {},
  queues = true,
  builds = {},
}: PortalOptions): Promise<Portal> {
  // As in vite.config.ts: nothing calls home.
  process.env['CLOUDFLARE_CF_FETCH_ENABLED'] ??= 'false';
  process.env['WRANGLER_SEND_METRICS'] ??= 'false';
  process.env['WRANGLER_LOG'] ??= 'error';
  if (!existsSync(path('dist/worker_dispatcher/wrangler.json'))) {
    throw new Error('There is no build: run `npm run build` first.');
  }
  const dist = path('dist');
  const dispatcher = readConfig(join(builds.dispatcher ?? dist, 'worker_dispatcher/wrangler.json'));
  const tenant = readConfig(join(builds.tenant ?? dist, 'worker_tenant/wrangler.json'));
  const jobs = readConfig(join(builds.jobs ?? dist, 'worker_jobs/wrangler.json'));
  const mailService = readConfig(path('scripts/local/mail-service/wrangler.jsonc'));
  const namespace = readConfig(path('scripts/local/dispatch-namespace/wrangler.jsonc'));
  const server = createTestHarness({
    root: path('.'),
    workers: [
      {
        config: {
          ...dispatcher,
          assets: { ...dispatcher.assets, directory: join(builds.dispatcher ?? dist, 'client') },
          dispatch_namespaces: [],
          services: [
            { binding: 'DISPATCHER', service: 'dispatch-namespace', entrypoint: 'DispatchNamespace' },
          ],
          vars: { ...stack.dispatcherVars, ...dispatcherVars },
        },
      },
      { config: namespace },
      {
        config: {
          ...jobs,
          ...(queues ? {} : { queues: {} }),
          services: [MAIL_SERVICE],
          vars: { ...stack.jobsVars },
        },
      },
      { config: { ...mailService, vars: { ...stack.mailServiceVars } } },
      ...TENANT_WORKERS.map((name) => ({ config: { ...tenant, name, vars: { ...stack.tenantVars(name) } } })),
    ],
  });
  const { url } = await server.listen();
  const port = Number(url.port);
  await stack.openPort(port);
  await waitUntilReady(server);
  return {
    url,
    port,
    origin: (hostname) => `http://${hostname}.localhost:${port}`,
    fetch: (input, init) => server.fetch(input, { redirect: 'manual', ...init }),
    async runJob(cron) {
      const { outcome } = await server.getWorker(JOBS_WORKER).scheduled({ cron });
      if (outcome !== 'ok') throw new Error(`The job of ${cron} ended with ${outcome}`);
    },
    logs: () => server.getLogs(),
    async brandFileKeys() {
      const env = await server.getWorker<BucketOwner>(TENANT_WORKERS[0]).getEnv();
      return (await env.BRAND_FILES.list()).objects.map(({ key }) => key).toSorted();
    },
    async directoryEntries() {
      const { TENANT_DIRECTORY } = await server.getWorker<DirectoryOwner>(dispatcher.name).getEnv();
      const { keys } = await TENANT_DIRECTORY.list();
      return new Map(
        await Promise.all(
          keys.map(async ({ name }) => [name, (await TENANT_DIRECTORY.get(name)) ?? ''] as const),
        ),
      );
    },
    async putDirectoryEntries(entries) {
      const { TENANT_DIRECTORY } = await server.getWorker<DirectoryOwner>(dispatcher.name).getEnv();
      for (const [key, value] of entries) await TENANT_DIRECTORY.put(key, value);
    },
    close: () => server.close(),
  };
}

/**
 * workerd listens before its Workers have loaded, and the first look-up of a host opens connections all the way down to
 * the database: on a busy machine that may take longer than the dispatcher waits for it.
 */
async function waitUntilReady(server: TestHarness): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  for (;;) {
    const response = await server.fetch(`http://${PLATFORM_DOMAIN}${LOCAL_HOST_SUFFIX}/api/tenant`);
    const body = await response.text();
    if (response.ok) return;
    if (performance.now() > deadline) throw new Error(`The portal answers ${response.status}: ${body}`);
    await sleep(READY_PAUSE_MS);
  }
}

/** A Worker's configuration without what only deployments need; secrets come as variables here. */
function readConfig(file: string): InlineConfig {
  const { main, compatibility_date, compatibility_flags, no_bundle, rules, ...config } = unstable_readConfig({
    config: file,
  });
  return {
    name: config.name,
    main,
    // Built Workers come in several modules, which are looked for here.
    ...(no_bundle && main
      ? { no_bundle, rules, base_dir: dirname(main), find_additional_modules: true }
      : {}),
    compatibility_date,
    compatibility_flags,
    assets: config.assets,
    kv_namespaces: config.kv_namespaces,
    r2_buckets: config.r2_buckets,
    d1_databases: config.d1_databases,
    services: config.services,
    ratelimits: config.ratelimits,
    queues: config.queues,
  };
}
