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

let contract: typeof Contract | null = null;
let loading: Promise<typeof Contract> | null = null;

/** Asks and checks. `pick` names the schema of the answer. */
export async function request<T>(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  pick: Pick<T>,
  signal?: AbortSignal,
): Promise<T> {
  const { response, requestId, body } = await receive(method, path, { signal });
  const check = (schemas: typeof Contract): T => {
    const parsed = pick(schemas).safeParse(body);
    if (parsed.success) return parsed.data;
    throw new ApiError('unexpected', response.status, requestId, null, { cause: parsed.error });
  };
  if (contract !== null) return check(contract);
  void loadContract().then(check).catch(reportError);
  return body as T;
}

interface Exchange {
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** As `request`, for a noun whose schemas are in a file of their own, and with a body where there is one. */
export async function exchange<T>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH',
  path: string,
  load: () => Promise<Schema<T>>,
  options: Exchange = {},
): Promise<T> {
  const { response, requestId, body } = await receive(method, path, options);
  const check = async () => {
    const parsed = (await load()).safeParse(body);
    if (parsed.success) return;
    throw new ApiError('unexpected', response.status, requestId, null, { cause: parsed.error });
  };
  void idle().then(check).catch(reportError);
  return body as T;
}

async function receive(method: string, path: string, options: Exchange) {
  const response = await send(method, path, options);
  const requestId = response.headers.get('x-request-id');
  try {
    return { response, requestId, body: (await response.json()) as unknown };
  } catch (cause) {
    options.signal?.throwIfAborted();
    throw new ApiError('unexpected', response.status, requestId, null, { cause });
  }
}

/** For requests whose success has no body. */
export async function command(method: 'POST' | 'DELETE', path: string): Promise<void> {
  await send(method, path);
}

async function send(method: string, path: string, { body, signal }: Exchange = {}): Promise<Response> {
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

function idle(): Promise<void> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in globalThis)
      requestIdleCallback(() => resolve(), { timeout: IDLE_AT_LATEST_MS });
    else setTimeout(resolve, IDLE_AT_LATEST_MS);
  });
}
