/**
 * A KV namespace whose reads do not see what was written a moment ago, misses included, as in a location that has just
 * read: https://developers.cloudflare.com/kv/concepts/how-kv-works/#consistency. `get`, `put` and `delete` of text and
 * JSON, which is what our Workers use, and `list` for the API. Bound by cloudflare-api/edge-workers.ts instead of the namespace.
 */
import { WorkerEntrypoint } from 'cloudflare:workers';

interface Environment {
  readonly NAMESPACE: KVNamespace;
  readonly LAG_MILLISECONDS: string;
}

/** Oldest first; a null was a deletion. */
type Writes = readonly { readonly at: number; readonly value: string | null }[];
type GetOptions = 'text' | 'json' | { readonly type?: 'text' | 'json' };

export class LaggingKv extends WorkerEntrypoint<Environment> {
  async get(key: string, options: GetOptions = 'text'): Promise<unknown> {
    const until = Date.now() - Number(this.env.LAG_MILLISECONDS);
    const value = (await this.#writes(key)).findLast(({ at }) => at <= until)?.value ?? null;
    const type = typeof options === 'string' ? options : (options.type ?? 'text');
    return value === null || type === 'text' ? value : (JSON.parse(value) as unknown);
  }

  async put(key: string, value: string, options: KVNamespacePutOptions = {}): Promise<void> {
    await this.#append(key, value, options);
  }

  async delete(key: string): Promise<void> {
    await this.#append(key, null, {});
  }

  /** Keys that a read sees now. */
  async list(options: KVNamespaceListOptions): Promise<KVNamespaceListResult<unknown>> {
    const page = await this.env.NAMESPACE.list(options);
    const seen = await Promise.all(
      page.keys.map(async (key) => ((await this.get(key.name)) === null ? [] : [key])),
    );
    return { ...page, keys: seen.flat() };
  }

  async #writes(key: string): Promise<Writes> {
    return (await this.env.NAMESPACE.get<Writes>(key, 'json')) ?? [];
  }

  async #append(key: string, value: string | null, options: KVNamespacePutOptions): Promise<void> {
    const now = Date.now();
    const until = now - Number(this.env.LAG_MILLISECONDS);
    const writes = await this.#writes(key);
    // The newest one that everybody sees, and those that nobody sees yet.
    const kept = writes.slice(
      Math.max(
        0,
        writes.findLastIndex(({ at }) => at <= until),
      ),
    );
    await this.env.NAMESPACE.put(key, JSON.stringify([...kept, { at: now, value }]), options);
  }
}

export default {
  fetch: () => new Response('Bound by name, never visited.', { status: 404 }),
} satisfies ExportedHandler;
