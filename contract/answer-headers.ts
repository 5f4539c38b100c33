/**
 * The headers that every answer carries which is no page. The dispatcher sees to them; the tenant Worker sends them
 * already, since an answer that needs nothing more is passed on as it is, without being taken apart and put together.
 */

/** On each page: the release that answered, where the Workers have one. A deployment looks whether it is the new one. */
export const RELEASE_HEADER = 'x-release';

export interface Answered {
  readonly requestId: string;
  /** Scheme, host and port as the browser sees them. */
  readonly origin: string;
}

/**
 * HSTS says nothing about subdomains and asks for no preload: the zone is the partner's (RFC 6797 §6.1). The policy
 * is for what is no document: should a browser ever render it as one, nothing in it runs.
 */
export function answerHeaders({ requestId, origin }: Answered): Readonly<Record<string, string>> {
  return {
    'x-request-id': requestId,
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    ...(origin.startsWith('https:') ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
}
