/**
 * The envelope of every answer of Cloudflare's API, its refusals and its two ways of paging. Used by all parts of the
 * stand-in. https://developers.cloudflare.com/fundamentals/api/how-to/make-api-calls/ and
 * https://developers.cloudflare.com/api/ (result_info of each list). Codes that wrangler or a published error list names are
 * Cloudflare's; where none is published the status is, and the code is our guess: decide by the status there.
 */
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { z } from 'zod';

export interface ApiMessage {
  readonly code: number;
  readonly message: string;
}

/** An answer that says no; its code is what clients decide by. */
export class ApiRefusal extends Error {
  readonly status: ContentfulStatusCode;
  readonly errors: readonly ApiMessage[];

  constructor(status: ContentfulStatusCode, ...errors: readonly ApiMessage[]) {
    super(errors.map(({ code, message }) => `${message} [code: ${code}]`).join('\n'));
    this.status = status;
    this.errors = errors;
  }
}

/** Throws the refusal. */
export function refuse(status: ContentfulStatusCode, code: number, message: string): never {
  throw new ApiRefusal(status, { code, message });
}

export function ok(
  c: Context,
  result: unknown,
  status: ContentfulStatusCode = 200,
  messages: ApiMessage[] = [],
) {
  return c.json({ success: true, errors: [], messages, result }, status);
}

export function answerRefusal(
  c: Context,
  { status, errors }: Pick<ApiRefusal, 'status' | 'errors'>,
  headers: Record<string, string> = {},
) {
  return c.json({ success: false, errors, messages: [], result: null }, status, headers);
}

/**
 * One page of a list: `?page=` counts from 1, `?per_page=` is bounded. `pages`: whether the list says how many there are,
 * which is published of some and not of others (KV, Queues).
 */
export function okPage(
  c: Context,
  all: readonly unknown[],
  { perPage = 20, most = 100, pages = false } = {},
) {
  const page = boundedNumber(c, 'page', 1, 1_000_000);
  const size = boundedNumber(c, 'per_page', perPage, most);
  const result = all.slice((page - 1) * size, page * size);
  return c.json({
    success: true,
    errors: [],
    messages: [],
    result,
    result_info: {
      page,
      per_page: size,
      count: result.length,
      total_count: all.length,
      ...(pages && { total_pages: Math.ceil(all.length / size) }),
    },
  });
}

function boundedNumber(c: Context, name: string, otherwise: number, most: number): number {
  const text = c.req.query(name);
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) refuse(400, 1004, `${name} must be a positive integer`);
  return Math.min(value, most);
}

/** The body, checked; 10400-ish codes differ by product, what all say is 400 and what is wrong. */
export async function readBody<Value>(c: Context, schema: z.ZodType<Value>): Promise<Value> {
  const text = await c.req.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return refuse(400, 10026, 'Could not parse request body, or it is not JSON');
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return refuse(400, 10026, `Invalid request body: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
}
