/**
 * A sign-in between leaving for the provider and coming back: its secrets, what the callback brings, and whether the
 * two belong together. Pure; the row is kept by data/sign-in-flows.ts. Called by routes/sign-in.ts.
 */
import { base64url } from 'jose';
import type { ErrorCode } from '../../../contract/errors.ts';
import { ok, type Result, refuse } from '../../../contract/result.ts';
import type { Provider } from '../../../contract/tenants.ts';
import { isClientError } from './oauth-providers.ts';

export interface FlowSecrets {
  readonly state: string;
  readonly codeVerifier: string;
  readonly nonce: string;
}

/**
 * What a flow is for. `standard`: a sign-in with the platform's own client although the hostname has one. `test`: a
 * test of a client, which signs nobody in.
 */
const FLOW_KINDS = ['sign-in', 'standard', 'test'] as const;
export type FlowKind = (typeof FLOW_KINDS)[number];

/** The kind is part of the state, under whose hash the flow is kept: nobody changes the one without losing the other. */
export function createFlowSecrets(kind: FlowKind = 'sign-in'): FlowSecrets {
  const state = randomToken();
  return {
    state: kind === 'sign-in' ? state : `${kind}.${state}`,
    codeVerifier: randomToken(),
    nonce: randomToken(),
  };
}

export function flowKind(state: string): FlowKind {
  return FLOW_KINDS.find((kind) => state.startsWith(`${kind}.`)) ?? 'sign-in';
}

/** 256 random bits, base64url: 43 characters, as RFC 7636 §4.1 wants of a verifier. */
export function randomToken(): string {
  return base64url.encode(crypto.getRandomValues(new Uint8Array(32)));
}

/** SHA-256, base64url. The database keeps hashes: reading it gives nobody a state or a cookie. */
export async function hashToken(token: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  return base64url.encode(new Uint8Array(digest));
}

/** A browser's own token is used again while it lives, so that sign-ins in two tabs both come home. */
export function isRandomToken(value: string | undefined): value is string {
  return value !== undefined && /^[A-Za-z0-9_-]{43}$/.test(value);
}

export type Callback = {
  readonly state: string;
  readonly issuer: string | null;
} & ({ readonly kind: 'code'; readonly code: string } | { readonly kind: 'error'; readonly error: string });

export type CallbackRefusal = 'state-missing' | 'duplicate' | 'too-long' | 'neither-code-nor-error';

const MAX_PARAMETER_LENGTH = 2048;
const PARAMETERS = ['state', 'code', 'error', 'iss'] as const;

/** Reads the callback's query strictly: a parameter that comes twice has two readers (RFC 6749 §3.1). */
export function parseCallback(query: URLSearchParams): Result<Callback, CallbackRefusal> {
  for (const name of PARAMETERS) {
    const values = query.getAll(name);
    if (values.length > 1) return refuse('duplicate');
    if (values.some((value) => value.length > MAX_PARAMETER_LENGTH)) return refuse('too-long');
  }
  const state = query.get('state');
  if (!state) return refuse('state-missing');
  const code = query.get('code');
  const error = query.get('error');
  const issuer = query.get('iss');
  if (code && error === null) return ok({ kind: 'code', state, issuer, code });
  if (error && code === null) return ok({ kind: 'error', state, issuer, error });
  return refuse('neither-code-nor-error');
}

/** What the provider said instead of a code, as one of our answers (RFC 6749 §4.1.2.1). */
export function callbackErrorCode(error: string): ErrorCode {
  if (error === 'access_denied') return 'sign_in_cancelled';
  if (error === 'server_error' || error === 'temporarily_unavailable') return 'provider_unreachable';
  return isClientError(error) ? 'client_misconfigured' : 'sign_in_failed';
}

/** A started sign-in as the database gave it out, once. */
export interface Flow {
  readonly provider: Provider;
  readonly codeVerifier: string;
  readonly nonce: string;
  readonly browserHash: string;
  readonly nextPath: string;
  readonly linkSessionId: string | null;
  readonly expired: boolean;
}

export type FlowRefusal = 'unknown' | 'other-browser' | 'expired' | 'foreign-issuer';

export interface FlowExpectation {
  /** Hash of the cookie that came with the callback; null when none came. */
  readonly browserHash: string | null;
  /** `iss` of the callback; null when there is none. */
  readonly issuer: string | null;
  readonly issuerOf: (provider: Provider) => string;
}

/** Whether this callback may finish this flow. The flow is consumed already, whatever is judged here. */
export function judgeFlow<Started extends Pick<Flow, 'provider' | 'browserHash' | 'expired'>>(
  flow: Started | null,
  { browserHash, issuer, issuerOf }: FlowExpectation,
): Result<Started, FlowRefusal> {
  // Replayed, made up, of another host, or so late that it was purged: they look alike, and must.
  if (flow === null) return refuse('unknown');
  // Login CSRF: somebody started a sign-in and sent the callback's address to this browser.
  if (flow.browserHash !== browserHash) return refuse('other-browser');
  if (flow.expired) return refuse('expired');
  // Mix-up (RFC 9207 §2.4): an answer of one provider, brought to a flow of the other.
  if (issuer !== null && issuer !== issuerOf(flow.provider)) return refuse('foreign-issuer');
  return ok(flow);
}

export function flowRefusalCode(refusal: FlowRefusal): ErrorCode {
  switch (refusal) {
    case 'unknown':
    case 'expired':
      return 'sign_in_expired';
    case 'other-browser':
      return 'sign_in_other_browser';
    case 'foreign-issuer':
      return 'sign_in_failed';
    default:
      return refusal satisfies never;
  }
}
