/** A request that does not fit its route's schema: 422 with a pointer to each field. The default hook of all routes. */
import type { z } from 'zod';
import { ApiError } from '../api-error.ts';

type Validated = { readonly success: true } | { readonly success: false; readonly error: z.ZodError };

export function refuseInvalid(result: Validated): void {
  if (result.success) return;
  throw new ApiError('validation_failed', {
    errors: result.error.issues.map((issue) => ({
      // RFC 6901: `~` and `/` in a name are escaped.
      pointer: issue.path
        .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
        .join(''),
      detail: issue.message,
    })),
  });
}
