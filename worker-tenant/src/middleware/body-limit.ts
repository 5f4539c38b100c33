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

/** A body that is no JSON, counted while it comes in: its length is what the client says. Null when it is too long. */
export async function readBody(
  { body, headers }: Request,
  maxSize: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (Number(headers.get('content-length') ?? 0) > maxSize) return null;
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > maxSize) return null;
    parts.push(part);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
