/**
 * workerd with what an account has deployed; started anew, lazily, after something of it changed. Used by edge.ts.
 * Miniflare is wrangler's own, the one that its version was made with.
 */
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import '../miniflare-arena.ts';
import { createRunFolder } from '../platform.ts';
import type { Account } from './account.ts';
import { describeWorkers } from './edge-workers.ts';

/** How long a restart waits for requests that are under way. */
const DRAIN_MILLISECONDS = 10_000;

/** The options of Miniflare that we use, in the shape of its version 4, which it converts itself. */
export interface MiniflareWorker {
  readonly name: string;
  readonly modulesRoot: string;
  readonly modules: readonly {
    readonly type: string;
    readonly path: string;
    readonly contents: Uint8Array;
  }[];
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  readonly bindings?: Record<string, unknown>;
  readonly kvNamespaces?: Record<string, string>;
  readonly r2Buckets?: Record<string, string>;
  readonly queueProducers?: Record<string, { queueName: string }>;
  readonly queueConsumers?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly ratelimits?: Record<string, unknown>;
  readonly serviceBindings?: Record<string, { name: string; entrypoint?: string }>;
  readonly email?: { send_email: { name: string }[] };
  readonly assets?: Readonly<Record<string, unknown>>;
}

export interface EdgeLog {
  readonly level: string;
  readonly message: string;
}

interface Miniflare {
  readonly ready: Promise<URL>;
  getBindings(worker: string): Promise<Record<string, unknown>>;
  getWorker(name: string): Promise<{ scheduled(options: { cron: string }): Promise<{ outcome: string }> }>;
  dispose(): Promise<void>;
}

interface MiniflareModule {
  readonly Miniflare: new (options: unknown) => Miniflare;
  convertV4MiniflareOptions(options: unknown): unknown;
}

export class EdgeRuntime {
  readonly #account: Account;
  readonly #mailboxUrl: string | null;
  /** Made with the first request: most stand-ins serve none. Gone with this process, and so is workerd. */
  #directory: string | null = null;
  readonly logs: EdgeLog[] = [];
  #running: { readonly revision: number; readonly miniflare: Miniflare; readonly url: URL } | null = null;
  #starting: Promise<void> | null = null;
  #underWay = new Set<Promise<unknown>>();

  constructor(account: Account, mailboxUrl: string | null) {
    this.#account = account;
    this.#mailboxUrl = mailboxUrl;
  }

  /** Runs `work` with the address of workerd; a restart waits for it. */
  async use<Value>(work: (url: URL, miniflare: Miniflare) => Promise<Value>): Promise<Value> {
    while (this.#running === null || this.#running.revision !== this.#account.codeRevision) {
      this.#starting ??= this.#restart().finally(() => {
        this.#starting = null;
      });
      await this.#starting;
    }
    const { url, miniflare } = this.#running;
    const result = work(url, miniflare);
    const settled = result.then(
      () => {},
      () => {},
    );
    this.#underWay.add(settled);
    void settled.then(() => this.#underWay.delete(settled));
    return result;
  }

  async close(): Promise<void> {
    await this.#starting?.catch(() => {});
    await this.#running?.miniflare.dispose();
    this.#running = null;
    if (this.#directory !== null) await rm(this.#directory, { recursive: true, force: true });
  }

  async #restart(): Promise<void> {
    await Promise.race([
      Promise.all(this.#underWay),
      new Promise((late) => setTimeout(late, DRAIN_MILLISECONDS).unref()),
    ]);
    const previous = this.#running;
    this.#running = null;
    await previous?.miniflare.dispose();
    const revision = this.#account.codeRevision;
    this.#directory ??= createRunFolder('edge');
    const directory = this.#directory;
    const workers = await describeWorkers(this.#account, { directory, mailboxUrl: this.#mailboxUrl });
    const { Miniflare, convertV4MiniflareOptions } = loadMiniflare();
    const miniflare = new Miniflare(
      convertV4MiniflareOptions({
        host: '127.0.0.1',
        port: 0,
        cf: false,
        // KV, R2 and queues outlive a restart.
        resourcePersistencePath: join(directory, 'resources'),
        handleStructuredLogs: (log: EdgeLog) => this.logs.push(log),
        workers,
      }),
    );
    this.#running = { revision, miniflare, url: await miniflare.ready };
  }
}

function loadMiniflare(): MiniflareModule {
  const wrangler = createRequire(import.meta.url).resolve('wrangler');
  return createRequire(wrangler)('miniflare') as MiniflareModule;
}
