/**
 * What an account has deployed, as Workers of Miniflare: every version of a current deployment, every script of a
 * dispatch namespace, and the stand-ins of scripts/local for what workerd has not. Modules, bindings, secrets and assets
 * are the uploaded ones. Used by edge-runtime.ts.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformWithOxc } from 'vite';
import type { Account, AssetDirectory, Binding, Queue, Upload } from './account.ts';
import { frontWorker } from './edge-front.ts';
import type { MiniflareWorker } from './edge-runtime.ts';

const MAIL_WORKER = 'mail-service';
/** Bound to every KV namespace by its id, as Workers are: how the API reaches their values. */
export const KV_DOOR = 'kv-door';
const MODULE_TYPES: Readonly<Record<string, string>> = {
  'application/javascript+module': 'ESModule',
  'application/javascript': 'CommonJS',
  'application/wasm': 'CompiledWasm',
  'application/octet-stream': 'Data',
  'text/plain': 'Text',
};

export interface EdgeSurroundings {
  /** Uploaded assets are laid out here. */
  readonly directory: string;
  /** Where `send_email` bindings deliver, see scripts/local/mailbox.ts; null: Miniflare keeps mails as files. */
  readonly mailboxUrl: string | null;
}

/** Miniflare's name of one version. */
export function workerName(script: string, versionId: string): string {
  return `${script}@${versionId}`;
}

export async function describeWorkers(
  account: Account,
  surroundings: EdgeSurroundings,
): Promise<MiniflareWorker[]> {
  const workers: MiniflareWorker[] = [];
  for (const { name, versions, deployments } of account.scripts.values()) {
    const deployed = deployments.at(-1)?.versions.toSorted((a, b) => b.percentage - a.percentage) ?? [];
    for (const [index, { version_id }] of deployed.entries()) {
      const upload = versions.find(({ id }) => id === version_id)?.upload;
      if (upload === undefined) throw new Error(`${name} deploys a version that is not there`);
      // A queue's messages go to the version with the larger share.
      const queues = index === 0 ? [...account.queues.values()] : [];
      workers.push({
        ...(await describeScript(workerName(name, version_id), upload, account, surroundings)),
        queueConsumers: consumedBy(name, queues),
      });
    }
  }
  // The first one takes all requests.
  workers.unshift(frontWorker(workers.map(({ name }) => name)));
  for (const namespace of account.namespaces.values()) {
    const scripts = [...namespace.scripts.values()];
    for (const { name, upload } of scripts)
      workers.push(await describeScript(namespacedName(namespace.name, name), upload, account, surroundings));
    const serviceBindings = Object.fromEntries(
      scripts.map(({ name }) => [name, { name: namespacedName(namespace.name, name) }]),
    );
    workers.push(await standIn(namespaceName(namespace.name), 'dispatch-namespace', { serviceBindings }));
  }
  if (account.kvLagMilliseconds > 0)
    for (const id of account.kvNamespaces.keys())
      workers.push(
        await standIn(laggingKv(id).name, 'lagging-kv', {
          kvNamespaces: { NAMESPACE: id },
          bindings: { LAG_MILLISECONDS: String(account.kvLagMilliseconds) },
        }),
      );
  const doors = [...account.kvNamespaces.keys()].map((id) => ({
    name: id,
    type: 'kv_namespace',
    namespace_id: id,
  }));
  workers.push({ ...emptyWorker(KV_DOOR), ...bind(doors, account, surroundings) });
  if (surroundings.mailboxUrl !== null)
    workers.push(
      await standIn(MAIL_WORKER, 'mail-service', { bindings: { MAILBOX_URL: surroundings.mailboxUrl } }),
    );
  return workers;
}

const laggingKv = (id: string) => ({ name: `kv/${id}`, entrypoint: 'LaggingKv' });
const namespaceName = (namespace: string) => `namespace/${namespace}`;
const namespacedName = (namespace: string, script: string) => `namespace/${namespace}/${script}`;

async function describeScript(
  name: string,
  upload: Upload,
  account: Account,
  surroundings: EdgeSurroundings,
): Promise<MiniflareWorker> {
  const main = upload.modules.find((module) => module.name === upload.mainModule);
  if (main === undefined) throw new Error(`${name} has no main module`);
  const worker: MiniflareWorker = {
    name,
    modulesRoot: '/',
    // Miniflare takes the first one for the main module.
    modules: [main, ...upload.modules.filter((module) => module !== main)].map((module) => ({
      type: moduleType(module.contentType),
      path: `/${module.name}`,
      contents: module.content,
    })),
    compatibilityDate: upload.compatibilityDate,
    compatibilityFlags: [...upload.compatibilityFlags],
    ...bind(upload.bindings, account, surroundings),
  };
  if (upload.assets === null) return worker;
  return { ...worker, assets: await layOut(name, upload, upload.assets, account, surroundings.directory) };
}

function bind(bindings: readonly Binding[], account: Account, { mailboxUrl }: EdgeSurroundings) {
  const bound: Required<
    Pick<
      MiniflareWorker,
      | 'bindings'
      | 'kvNamespaces'
      | 'r2Buckets'
      | 'queueProducers'
      | 'ratelimits'
      | 'serviceBindings'
      | 'email'
    >
  > = {
    bindings: {},
    kvNamespaces: {},
    r2Buckets: {},
    queueProducers: {},
    ratelimits: {},
    serviceBindings: {},
    email: { send_email: [] },
  };
  for (const { name, type, ...settings } of bindings) {
    switch (type) {
      case 'plain_text':
      case 'secret_text':
        bound.bindings[name] = settings['text'];
        break;
      case 'json':
        bound.bindings[name] = settings['json'];
        break;
      case 'kv_namespace':
        if (account.kvLagMilliseconds === 0) bound.kvNamespaces[name] = String(settings['namespace_id']);
        else bound.serviceBindings[name] = laggingKv(String(settings['namespace_id']));
        break;
      case 'r2_bucket':
        bound.r2Buckets[name] = String(settings['bucket_name']);
        break;
      case 'queue':
        bound.queueProducers[name] = { queueName: String(settings['queue_name']) };
        break;
      case 'ratelimit':
        bound.ratelimits[name] = { namespace_id: settings['namespace_id'], simple: settings['simple'] };
        break;
      case 'service':
        bound.serviceBindings[name] = serviceOf(account, settings);
        break;
      case 'dispatch_namespace':
        bound.serviceBindings[name] = {
          name: namespaceName(String(settings['namespace'])),
          entrypoint: 'DispatchNamespace',
        };
        break;
      case 'send_email':
        if (mailboxUrl === null) bound.email.send_email.push({ name });
        else bound.serviceBindings[name] = { name: MAIL_WORKER, entrypoint: 'MailService' };
        break;
      case 'assets':
        // Bound with the files.
        break;
      default:
        throw new Error(`The edge cannot run a binding of type ${type} (${name}).`);
    }
  }
  return bound;
}

/** The deployed version with the largest share. */
function serviceOf(account: Account, { service, entrypoint }: Readonly<Record<string, unknown>>) {
  const script = account.scripts.get(String(service));
  const [version] =
    script?.deployments.at(-1)?.versions.toSorted((a, b) => b.percentage - a.percentage) ?? [];
  if (script === undefined || version === undefined)
    throw new Error(`The service ${service} is not deployed.`);
  return {
    name: workerName(script.name, version.version_id),
    ...(typeof entrypoint === 'string' ? { entrypoint } : {}),
  };
}

function consumedBy(
  script: string,
  queues: readonly Queue[],
): NonNullable<MiniflareWorker['queueConsumers']> {
  const consumed = queues.flatMap(({ name, consumers }) =>
    consumers
      .filter((consumer) => consumer.script === script)
      .map(({ settings, deadLetterQueue }) => {
        const seconds = settings['max_wait_time_ms'];
        const consumer = {
          maxBatchSize: settings['batch_size'],
          maxBatchTimeout: typeof seconds === 'number' ? seconds / 1000 : undefined,
          maxRetries: settings['max_retries'],
          retryDelay: settings['retry_delay'],
          deadLetterQueue: deadLetterQueue ?? undefined,
        };
        const given = Object.entries(consumer).filter(([, value]) => value !== undefined);
        return [name, Object.fromEntries(given)] as const;
      }),
  );
  return Object.fromEntries(consumed);
}

/** Uploaded files in a folder, under the paths of the manifest. */
async function layOut(
  name: string,
  upload: Upload,
  { manifest, config }: AssetDirectory,
  account: Account,
  root: string,
): Promise<NonNullable<MiniflareWorker['assets']>> {
  if (config['run_worker_first'] !== true)
    throw new Error(
      `The edge serves assets only through their Worker: ${name} needs run_worker_first: true.`,
    );
  const directory = join(root, 'assets', upload.digest);
  for (const [path, { hash }] of Object.entries(manifest)) {
    const content = account.assetFiles.get(hash)?.content;
    if (content === undefined) throw new Error(`The asset ${path} of ${name} was never uploaded.`);
    const file = join(directory, decodeURI(path));
    if (!file.startsWith(`${directory}/`)) throw new Error(`The asset ${path} leaves its folder.`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  const binding = upload.bindings.find(({ type }) => type === 'assets')?.name;
  const setting = (key: string) => (config[key] === undefined ? {} : { [key]: config[key] });
  return {
    directory,
    ...(binding === undefined ? {} : { binding }),
    routerConfig: { has_user_worker: true, invoke_user_worker_ahead_of_assets: true },
    assetConfig: { ...setting('not_found_handling'), ...setting('html_handling') },
  };
}

function emptyWorker(name: string): MiniflareWorker {
  const contents = Buffer.from('export default {};');
  return {
    name,
    modulesRoot: '/',
    modules: [{ type: 'ESModule', path: '/index.js', contents }],
    compatibilityDate: '2026-10-20',
    compatibilityFlags: [],
  };
}

/** A Worker of scripts/local, which has types but no dependencies. */
async function standIn(
  name: string,
  folder: string,
  bound: Pick<MiniflareWorker, 'serviceBindings' | 'bindings' | 'kvNamespaces'>,
): Promise<MiniflareWorker> {
  const file = fileURLToPath(new URL(`../${folder}/index.ts`, import.meta.url));
  const { code } = await transformWithOxc(await readFile(file, 'utf8'), file);
  const contents = Buffer.from(code);
  return { ...emptyWorker(name), modules: [{ type: 'ESModule', path: '/index.js', contents }], ...bound };
}

function moduleType(contentType: string): string {
  const type = MODULE_TYPES[contentType.split(';')[0]?.trim() ?? ''];
  if (type === undefined) throw new Error(`The edge cannot run a module of type ${contentType}.`);
  return type;
}
