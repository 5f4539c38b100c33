/** Bounds what a request may carry, before any of it is parsed. Used by routes that take a body. */
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { ApiError } from '../api-error.ts';
import type { MemberEnvironment } from './session.ts';

/** A form: a few short fields. */
const FORM_BYTES = 16 * 1024;

export function limitBody(maxSize = FORM_BYTES): MiddlewareHandler<MemberEnvironment> {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new ApiError('payload_too_large');
    },
  });
}
