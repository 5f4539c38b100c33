/** The one place where a refusal or a bug becomes an answer: a problem (RFC 9457), never a stack. Called by app.ts. */
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { type ErrorCode, PROBLEM_CONTENT_TYPE, problem } from '../../../contract/errors.ts';
import { ApiError, type ApiErrorExtra } from '../api-error.ts';
import { DataError } from '../data/supabase.ts';
import { logEvent } from '../log.ts';
import type { RequestEnvironment } from '../request-environment.ts';
import { clearSessionCookie, readSessionCookie } from './cookies.ts';

/** What a visitor may try again, and when (RFC 9110 §10.2.3). */
const RETRY_AFTER_SECONDS: Partial<Record<ErrorCode, number>> = {
  data_unavailable: 5,
  rate_limited: 60,
  // Started sign-ins that nobody finished make room after ten minutes; most people need one only.
  too_many_sign_ins: 60,
  too_many_invitations: 3600,
};

export function onError(error: Error, c: Context<RequestEnvironment>): Response {
  const { code, extra } = readError(error, c);
  const body = problem(code, c.var.requestId, extra);
  for (const [name, value] of Object.entries(extra.headers ?? {})) c.header(name, value);
  const retryAfter = RETRY_AFTER_SECONDS[code];
  if (retryAfter !== undefined) c.header('retry-after', String(retryAfter));
  // A cookie that gets nobody in is taken away; a request past the front door has no say in that.
  const signedOut = code === 'not_signed_in' || code === 'session_ended';
  if (signedOut && readSessionCookie(c) !== undefined) clearSessionCookie(c);
  c.header('content-type', PROBLEM_CONTENT_TYPE);
  return c.body(JSON.stringify(body), body.status as 400);
}

function readError(
  error: Error,
  c: Context<RequestEnvironment>,
): { readonly code: ErrorCode; readonly extra: ApiErrorExtra } {
  if (error instanceof ApiError) {
    if (error.extra.reason !== undefined) {
      const tenant = c.get('tenant')?.tenantId ?? null;
      logEvent('request_refused', {
        requestId: c.var.requestId,
        tenant,
        code: error.code,
        reason: error.extra.reason,
      });
    }
    return error;
  }
  if (error instanceof DataError) {
    return { code: error.refusal === 'unavailable' ? 'data_unavailable' : error.refusal, extra: {} };
  }
  if (error instanceof HTTPException && error.status < 500) return { code: 'bad_request', extra: {} };
  logEvent('request_failed', {
    requestId: c.var.requestId,
    // Absent when the context itself was refused.
    tenant: c.get('tenant')?.tenantId ?? null,
    reason: (error.stack ?? error.message).slice(0, 2_000),
  });
  return { code: 'internal_error', extra: {} };
}
