/**
 * Values of KV namespaces as Workers on the edge have them, for the API: what one writes the other reads, with the same
 * lag. Text alone, which is what our Workers keep. Starts workerd when nobody has yet. Made by edge.ts, asked by kv.ts.
 */
import type { EdgeRuntime } from './edge-runtime.ts';
import { KV_DOOR } from './edge-workers.ts';

export interface KvKey {
  readonly name: string;
  /** In seconds since 1970; left out where it stays. */
  readonly expiration?: number;
}

export type KvPage =
  | { readonly keys: readonly KvKey[]; readonly list_complete: true }
  | { readonly keys: readonly KvKey[]; readonly list_complete: false; readonly cursor: string };

interface KvListOptions {
  readonly prefix: string;
  readonly limit: number;
  readonly cursor?: string;
}

interface KvPutOptions {
  readonly expiration?: number;
  readonly expirationTtl?: number;
}

/** What of a binding is used here, whether it lags or not. */
interface KvBinding {
  get(key: string): Promise<string | null>;
  put(key: string, value: string, options: KvPutOptions): Promise<void>;
  delete(key: string): Promise<void>;
  list(options: KvListOptions): Promise<KvPage>;
}

export class EdgeKv {
  readonly #runtime: EdgeRuntime;

  constructor(runtime: EdgeRuntime) {
    this.#runtime = runtime;
  }

  /** In the order of the keys; null for one that is not there. */
  get(namespace: string, keys: readonly string[]): Promise<(string | null)[]> {
    return this.#use(namespace, (kv) => Promise.all(keys.map((key) => kv.get(key))));
  }

  put(namespace: string, key: string, value: string, options: KvPutOptions): Promise<void> {
    return this.#use(namespace, (kv) => kv.put(key, value, options));
  }

  delete(namespace: string, key: string): Promise<void> {
    return this.#use(namespace, (kv) => kv.delete(key));
  }

  list(namespace: string, options: KvListOptions): Promise<KvPage> {
    return this.#use(namespace, (kv) => kv.list(options));
  }

  #use<Value>(namespace: string, work: (kv: KvBinding) => Promise<Value>): Promise<Value> {
    return this.#runtime.use(async (_url, miniflare) => {
      const { [namespace]: kv } = await miniflare.getBindings(KV_DOOR);
      if (kv === undefined) throw new Error(`The edge has no KV namespace ${namespace}`);
      return work(kv as KvBinding);
    });
  }
}
