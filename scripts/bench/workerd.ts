/** `workerd serve` itself, without any development proxy: Workers in, a loopback origin out. Called by edge.ts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { findFreePorts } from '../local/ports.ts';

/** A binding in workerd's own configuration language (workerd.capnp), without its name. */
export type Binding =
  | { readonly text: string }
  | { readonly service: string }
  | { readonly kv: string }
  /** A module of `extensions` that makes the binding from other services, without an RPC hop. */
  | { readonly wrapped: string; readonly services: Readonly<Record<string, string>> };

export interface BenchWorker {
  readonly name: string;
  /** Module name → source; the first one is the entry. */
  readonly modules: Readonly<Record<string, string>>;
  readonly bindings?: Readonly<Record<string, Binding>>;
  /** Listens on a loopback port of its own. */
  readonly exposed?: boolean;
}

export interface ServeOptions {
  readonly workers: readonly BenchWorker[];
  /** Modules for wrapped bindings, by name. */
  readonly extensions?: Readonly<Record<string, string>>;
  /** Folders served as they are, by service name. */
  readonly folders?: Readonly<Record<string, string>>;
  readonly compatibilityDate: string;
  readonly compatibilityFlags?: readonly string[];
}

export interface Served {
  /** Origin of an exposed Worker. */
  origin(worker: string): string;
  /** Resident memory of the process in bytes. */
  residentMemory(): Promise<number>;
  stop(): Promise<void>;
}

/** A built Worker's modules, its entry first. */
export async function readBuiltModules(folder: string): Promise<Record<string, string>> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.js'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort((a, b) => Number(b === 'index.js') - Number(a === 'index.js'));
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await readFile(join(folder, file), 'utf8')] as const)),
  );
}

/** Starts workerd and answers once every exposed Worker does. */
export async function serve(options: ServeOptions): Promise<Served> {
  const exposed = options.workers.filter((worker) => worker.exposed);
  const ports = await findFreePorts(exposed.length);
  const origins = new Map(exposed.map((worker, index) => [worker.name, `http://127.0.0.1:${ports[index]}`]));
  const folder = await mkdtemp(join(tmpdir(), 'bench-workerd-'));
  const file = join(folder, 'config.capnp');
  await writeFile(file, configuration(options, origins), { mode: 0o600 });

  const binary: string = createRequire(import.meta.url)('workerd').default;
  const child: ChildProcess = spawn(binary, ['serve', '--experimental', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaints = (complaints + chunk.toString()).slice(-4000);
  });
  let ended = false;
  const exited = new Promise<void>((done) =>
    child.once('exit', () => {
      ended = true;
      done();
    }),
  );
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  const deadline = Date.now() + 20_000;
  for (const origin of origins.values()) {
    while (!(await fetch(origin, { headers: { host: 'localhost' } }).then(drain, () => false))) {
      if (ended || Date.now() > deadline) {
        await stop();
        throw new Error(`workerd did not start:\n${complaints}`);
      }
      await new Promise((done) => setTimeout(done, 50));
    }
  }
  return {
    origin(worker) {
      const origin = origins.get(worker);
      if (origin === undefined) throw new Error(`${worker} is not exposed`);
      return origin;
    },
    async residentMemory() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) * 1024;
    },
    stop,
  };
}

async function drain(response: Response): Promise<true> {
  await response.arrayBuffer();
  return true;
}

function configuration(options: ServeOptions, origins: ReadonlyMap<string, string>): string {
  const services = [
    ...options.workers.map(
      (worker) => `(name = ${quote(worker.name)}, worker = ${workerText(worker, options)})`,
    ),
    ...Object.entries(options.folders ?? {}).map(
      ([name, path]) => `(name = ${quote(name)}, disk = (path = ${quote(path)}))`,
    ),
    '(name = "internet", network = (allow = ["private"]))',
  ];
  const sockets = [...origins].map(
    ([name, origin]) =>
      `(name = ${quote(name)}, address = ${quote(new URL(origin).host)}, http = (), service = ${quote(name)})`,
  );
  const modules = Object.entries(options.extensions ?? {}).map(
    ([name, source]) => `(name = ${quote(name)}, internal = true, esModule = ${quote(source)})`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [${services.join(',\n    ')}],
  sockets = [${sockets.join(', ')}],
  extensions = [(modules = [${modules.join(', ')}])],
);`;
}

function workerText(worker: BenchWorker, options: ServeOptions): string {
  const modules = Object.entries(worker.modules).map(
    ([name, source]) => `(name = ${quote(name)}, esModule = ${quote(source)})`,
  );
  const bindings = Object.entries(worker.bindings ?? {}).map(
    ([name, binding]) => `(name = ${quote(name)}, ${bind(binding)})`,
  );
  const flags = (options.compatibilityFlags ?? []).map(quote).join(', ');
  return `(modules = [${modules.join(', ')}], bindings = [${bindings.join(', ')}],
      compatibilityDate = ${quote(options.compatibilityDate)}, compatibilityFlags = [${flags}])`;
}

function bind(binding: Binding): string {
  if ('text' in binding) return `text = ${quote(binding.text)}`;
  if ('service' in binding) return `service = ${quote(binding.service)}`;
  if ('kv' in binding) return `kvNamespace = ${quote(binding.kv)}`;
  const inner = Object.entries(binding.services).map(
    ([name, service]) => `(name = ${quote(name)}, service = ${quote(service)})`,
  );
  return `wrapped = (moduleName = ${quote(binding.wrapped)}, innerBindings = [${inner.join(', ')}])`;
}

/** A Cap'n Proto text literal: ASCII, the rest as escaped UTF-8 octets. */
function quote(text: string): string {
  let quoted = '';
  for (const octet of new TextEncoder().encode(text)) {
    const plain = octet >= 0x20 && octet < 0x7f && octet !== 0x22 && octet !== 0x5c;
    quoted += plain ? String.fromCharCode(octet) : `\\x${octet.toString(16).padStart(2, '0')}`;
  }
  return `"${quoted}"`;
}
