/** A refused request. Thrown by middleware and routes, turned into a problem (RFC 9457) by middleware/on-error.ts alone. */
import type { ErrorCode, Problem } from '../../contract/errors.ts';

export interface ApiErrorExtra {
  /** For people; never tells of another tenant. */
  readonly detail?: string;
  readonly errors?: Problem['errors'];
  readonly headers?: Readonly<Record<string, string>>;
  /** For the log alone: why, in words that are nobody else's business. */
  readonly reason?: string;
}

export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly extra: ApiErrorExtra;

  constructor(code: ErrorCode, extra: ApiErrorExtra = {}) {
    super(code);
    this.name = 'ApiError';
    this.code = code;
    this.extra = extra;
  }
}
