/**
 * The one door to the tenant's API: same-origin JSON, checked against contract/api.ts, failures as `ApiError`.
 *
 * The schemas (and zod with them) are 27 kB that the first picture does not need, so they come when the page is idle.
 * Until then an answer is believed, and checked once they are here: a mismatch is reported, as any bug is.
 */
import type * as Api from '../../../contract/api.ts';
import type * as OAuthClients from '../../../contract/oauth-clients.ts';
import { ApiError, toApiError } from './api-error.ts';

interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: Error };
}

/** Every schema of an answer; each noun's file adds its own. */
type Contract = typeof Api & typeof OAuthClients;

type Pick<T> = (contract: Contract) => Schema<T>;

let contract: Contract | null = null;
let loading: Promise<Contract> | null = null;

/** Asks and checks. `pick` names the schema of the answer. */
export async function request<T>(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  pick: Pick<T>,
  signal?: AbortSignal,
): Promise<T> {
  const response = await send(method, path, signal);
  const requestId = response.headers.get('x-request-id');
  let body: unknown;
  try {
    body = await response.json();
  } catch (cause) {
    signal?.throwIfAborted();
    throw new ApiError('unexpected', response.status, requestId, null, { cause });
  }
  const check = (schemas: Contract): T => {
    const parsed = pick(schemas).safeParse(body);
    if (parsed.success) return parsed.data;
    throw new ApiError('unexpected', response.status, requestId, null, { cause: parsed.error });
  };
  if (contract !== null) return check(contract);
  void loadContract().then(check).catch(reportError);
  return body as T;
}

/** For requests whose success has no body. */
export async function command(
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<void> {
  await send(method, path, undefined, body);
}

async function send(method: string, path: string, signal?: AbortSignal, body?: unknown): Promise<Response> {
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

function loadContract(): Promise<Contract> {
  loading ??= idle().then(async () => {
    const [api, oauthClients] = await Promise.all([
      import('../../../contract/api.ts'),
      import('../../../contract/oauth-clients.ts'),
    ]);
    contract = { ...api, ...oauthClients };
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
