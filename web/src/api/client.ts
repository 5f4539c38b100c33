/**
 * The one door to the tenant's API: same-origin JSON, checked against contract/api.ts, failures as `ApiError`.
 *
 * The schemas (and zod with them) are 27 kB that the first picture does not need, so they come when the page is idle.
 * Until then an answer is believed, and checked once they are here: a mismatch is reported, as any bug is.
 */
import type * as Contract from '../../../contract/api.ts';
import { ApiError, toApiError } from './api-error.ts';

interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: Error };
}

type Pick<T> = (contract: typeof Contract) => Schema<T>;

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface Extra {
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

let contract: typeof Contract | null = null;
let loading: Promise<typeof Contract> | null = null;

/** Asks and checks. `pick` names the schema of the answer. */
export async function request<T>(method: Method, path: string, pick: Pick<T>, extra: Extra = {}): Promise<T> {
  const answer = await receive(method, path, extra);
  if (contract !== null) return checked(answer, pick(contract));
  void loadContract()
    .then((schemas) => checked(answer, pick(schemas)))
    .catch(reportError);
  return answer.body as T;
}

/** As `request`, for a noun whose schemas are in a file of their own. */
export async function exchange<T>(
  method: Method,
  path: string,
  load: () => Promise<Schema<T>>,
  extra: Extra = {},
): Promise<T> {
  const answer = await receive(method, path, extra);
  void idle()
    .then(async () => checked(answer, await load()))
    .catch(reportError);
  return answer.body as T;
}

/** For requests whose success has no body. */
export async function command(method: Exclude<Method, 'GET'>, path: string, body?: unknown): Promise<void> {
  await send(method, path, { body });
}

interface Received {
  readonly status: number;
  readonly requestId: string | null;
  readonly body: unknown;
}

async function receive(method: Method, path: string, extra: Extra): Promise<Received> {
  const response = await send(method, path, extra);
  const { status } = response;
  const requestId = response.headers.get('x-request-id');
  try {
    return { status, requestId, body: await response.json() };
  } catch (cause) {
    extra.signal?.throwIfAborted();
    throw new ApiError('unexpected', status, requestId, null, { cause });
  }
}

function checked<T>({ status, requestId, body }: Received, schema: Schema<T>): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new ApiError('unexpected', status, requestId, null, { cause: parsed.error });
}

async function send(method: Method, path: string, { body, signal }: Extra): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      credentials: 'same-origin',
      // After signing out, the back button loads the page again: never with answers from the browser's cache.
      cache: 'no-store',
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new ApiError('network', 0, null, null, { cause });
  }
  if (!response.ok) throw await toApiError(response);
  return response;
}

const IDLE_AT_LATEST_MS = 3000;

function loadContract(): Promise<typeof Contract> {
  loading ??= idle().then(async () => {
    contract = await import('../../../contract/api.ts');
    return contract;
  });
  return loading;
}

/** When the first picture stands. */
export function idle(): Promise<void> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in globalThis)
      requestIdleCallback(() => resolve(), { timeout: IDLE_AT_LATEST_MS });
    else setTimeout(resolve, IDLE_AT_LATEST_MS);
  });
}
