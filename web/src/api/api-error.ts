/** The one error that leaves `api/`: what went wrong, in the API's words, with the request id a person can quote. */
import type { ErrorCode, PROBLEM_CONTENT_TYPE, Problem } from '../../../contract/errors.ts';

/** `network`: no answer came. `unexpected`: an answer came that no contract describes. */
export type ApiErrorCode = ErrorCode | 'network' | 'unexpected';

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly requestId: string | null;
  /** Seconds that the server asks to wait, from Retry-After. */
  readonly retryAfterSeconds: number | null;

  constructor(
    code: ApiErrorCode,
    status: number,
    requestId: string | null,
    retryAfterSeconds: number | null = null,
    options?: ErrorOptions,
  ) {
    super(`${code} (${status})`, options);
    this.code = code;
    this.status = status;
    this.requestId = requestId;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** No session: the way on is the sign-in page. */
  get signedOut(): boolean {
    return this.status === 401;
  }

  /** Worth asking again without the visitor doing anything. */
  get transient(): boolean {
    return this.code === 'network' || this.status >= 500;
  }
}

const PROBLEM_TYPE: typeof PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** Turns an answer that is not a success into an `ApiError`, whatever its body turns out to be. */
export async function toApiError(response: Response): Promise<ApiError> {
  const headerId = response.headers.get('x-request-id');
  const retryAfter = Number.parseInt(response.headers.get('retry-after') ?? '', 10);
  const wait = Number.isFinite(retryAfter) ? retryAfter : null;
  if (!response.headers.get('content-type')?.startsWith(PROBLEM_TYPE)) {
    return new ApiError('unexpected', response.status, headerId, wait);
  }
  try {
    const body = (await response.json()) as Partial<Problem> | null;
    const code = typeof body?.code === 'string' ? (body.code as ErrorCode) : 'unexpected';
    const id = typeof body?.requestId === 'string' ? body.requestId : headerId;
    return new ApiError(code, response.status, id, wait);
  } catch (cause) {
    // A cut-off body: the status still says enough.
    return new ApiError('unexpected', response.status, headerId, wait, { cause });
  }
}
