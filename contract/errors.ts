/**
 * Error codes and problems (RFC 9457). A code is stable, for programs; a title is for people. The dispatcher and the
 * tenant Workers build every error answer from this table; the SPA words the next step for the codes it knows.
 */
import { z } from 'zod';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

interface ErrorDefinition {
  readonly status: number;
  readonly title: string;
}

export const ERRORS = {
  // Requests
  bad_request: { status: 400, title: 'The request is not valid' },
  validation_failed: { status: 422, title: 'Some fields are not valid' },
  not_found: { status: 404, title: 'There is nothing here' },
  method_not_allowed: { status: 405, title: 'This method is not allowed here' },
  payload_too_large: { status: 413, title: 'The request is too large' },
  conflict: { status: 409, title: 'Somebody else changed this in the meantime' },
  rate_limited: { status: 429, title: 'Too many requests' },
  // Tenancy
  unknown_host: { status: 404, title: 'There is nothing at this address' },
  tenant_suspended: { status: 403, title: 'This portal is paused' },
  tenant_unavailable: { status: 403, title: 'This portal is not available' },
  tenant_context_invalid: { status: 401, title: 'The request did not come through the front door' },
  directory_unavailable: { status: 503, title: 'This address cannot be looked up right now' },
  upstream_unavailable: { status: 503, title: 'This portal cannot answer right now' },
  data_unavailable: { status: 503, title: 'The data cannot be reached right now' },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
  // Sessions
  not_signed_in: { status: 401, title: 'Sign in to go on' },
  session_ended: { status: 401, title: 'Your session has ended' },
  permission_denied: { status: 403, title: 'You are not allowed to do this' },
  own_membership: { status: 403, title: 'Nobody changes their own membership' },
  last_admin: { status: 409, title: 'Somebody has to administer the members' },
  cross_site_request: { status: 403, title: 'This request came from another site' },
  // Inviting
  already_member: { status: 409, title: 'This person is a member already' },
  already_invited: { status: 409, title: 'This person has been invited already' },
  too_many_invitations: { status: 429, title: 'Too many invitations' },
  public_mail_domain: { status: 422, title: 'Anybody can get an address at this domain' },
  // Pictures of a brand
  image_too_large: { status: 413, title: 'This picture is too large' },
  image_type_unsupported: { status: 415, title: 'This kind of file is not taken' },
  image_unreadable: { status: 422, title: 'This picture cannot be read' },
  too_many_images: { status: 409, title: 'There is no room for another picture' },
  // Signing in
  provider_unknown: { status: 404, title: 'There is no such way to sign in' },
  provider_not_configured: { status: 404, title: 'This way to sign in is not set up here' },
  sign_in_cancelled: { status: 400, title: 'Signing in was cancelled' },
  sign_in_expired: { status: 400, title: 'This sign-in has expired' },
  sign_in_other_browser: { status: 403, title: 'This sign-in was started in another browser' },
  sign_in_failed: { status: 400, title: 'Signing in did not work' },
  email_unverified: { status: 403, title: 'No verified email address' },
  not_invited: { status: 403, title: 'An invitation is needed' },
  member_suspended: { status: 403, title: 'This account is paused' },
  member_removed: { status: 403, title: 'This account was removed' },
  identity_taken: { status: 409, title: 'This account belongs to somebody else here' },
  provider_unreachable: { status: 502, title: 'The sign-in provider does not answer' },
  client_untested: { status: 409, title: 'This client has not been tested yet' },
  client_misconfigured: { status: 502, title: 'This way to sign in is not set up correctly' },
  too_many_sign_ins: { status: 429, title: 'Too many attempts to sign in' },
} as const satisfies Record<string, ErrorDefinition>;

export type ErrorCode = keyof typeof ERRORS;

export const ERROR_CODES = Object.keys(ERRORS) as readonly ErrorCode[];

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERRORS, value);
}

export const problemSchema = z.object({
  /** `about:blank`: the code says what it is (RFC 9457 §4.2.1). */
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.number().int().min(400).max(599),
  code: z.string(),
  detail: z.string().optional(),
  requestId: z.string(),
  /** Field errors, as JSON Pointers into the request body (RFC 6901). */
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** Builds a problem from the table. `detail` is for people and never tells of another tenant. */
export function problem(
  code: ErrorCode,
  requestId: string,
  extra: { readonly detail?: string; readonly errors?: Problem['errors'] } = {},
): Problem {
  const { status, title } = ERRORS[code];
  return {
    type: 'about:blank',
    title,
    status,
    code,
    ...(extra.detail === undefined ? {} : { detail: extra.detail }),
    requestId,
    ...(extra.errors === undefined ? {} : { errors: extra.errors }),
  };
}
