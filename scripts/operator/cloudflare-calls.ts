/**
 * How Cloudflare's API is called: every answer is checked, every call is bounded in time, and what can be tried again is.
 * Called by cloudflare-client.ts alone, which says what there is to ask.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { Refusal } from '../local/steps.ts';
import { Unanswered } from './management-client.ts';

const TIMEOUT_MILLISECONDS = 30_000;
const TRIES = 4;
const LONGEST_PAUSE_SECONDS = 60;
const PAGE_SIZE = 100;
const MOST_PAGES = 100;

const pageInfoSchema = z.object({
  cursor: z.string().nullish(),
  per_page: z.number().nullish(),
  total_count: z.number().nullish(),
  total_pages: z.number().nullish(),
});
type PageInfo = z.infer<typeof pageInfoSchema>;

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

export class CloudflareCalls {
  readonly #access: Pick<CloudflareAccess, 'url' | 'token'>;

  constructor(access: Pick<CloudflareAccess, 'url' | 'token'>) {
    this.#access = access;
  }

  /** Null for what is not there. */
  async find<Value>(path: string, schema: z.ZodType<Value>): Promise<Value | null> {
    try {
      return await this.ask('GET', path, schema);
    } catch (error) {
      if (error instanceof CloudflareRefusal && error.status === 404) return null;
      throw error;
    }
  }

  /** All pages of a list. */
  async list<Value>(path: string, schema: z.ZodType<Value>, size = PAGE_SIZE): Promise<Value[]> {
    const all: Value[] = [];
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const address = `${path}?page=${page}&per_page=${size}`;
      const { result, info } = await this.call('GET', address, z.array(schema), undefined, true);
      all.push(...result);
      if (isLast(page, size, result.length, all.length, info)) return all;
    }
    throw new Refusal(`Cloudflare lists more at ${path} than this tool reads.`);
  }

  /** `repeatable`: doing it twice is doing it once. Throws Unanswered when it may have been done. */
  async ask<Value>(
    method: string,
    path: string,
    schema: z.ZodType<Value>,
    body?: object,
    repeatable = method !== 'POST',
  ): Promise<Value> {
    return (await this.call(method, path, schema, body, repeatable)).result;
  }

  /** The same, with what a page says of its list. */
  async call<Value>(
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
