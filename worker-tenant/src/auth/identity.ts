/** What a provider says about a person, and the ways in which asking it can fail. Shared by the files of this folder. */
import type { ErrorCode } from '../../../contract/errors.ts';
import type { GoogleIdTokenRefusal } from './google-id-token.ts';

export interface ProviderIdentity {
  /** The provider's own id of the account: never changes, is never an email. */
  readonly subject: string;
  readonly email: string | null;
  /** True only if the provider said so, as the boolean `true`. */
  readonly emailVerified: boolean;
  readonly name: string | null;
  readonly avatarUrl: string | null;
}

export type ProviderRefusal =
  | 'unreachable'
  | 'misconfigured'
  | 'wrong-secret'
  | 'redirect-mismatch'
  | 'code-refused'
  | 'answer-malformed'
  | `id-token-${GoogleIdTokenRefusal}`;

/** Many reasons, few answers: what went wrong inside a token is for the log, not for whoever forged it. */
export function providerRefusalCode(refusal: ProviderRefusal): ErrorCode {
  switch (refusal) {
    case 'unreachable':
    case 'id-token-keys-unreachable':
      return 'provider_unreachable';
    case 'misconfigured':
    case 'wrong-secret':
    case 'redirect-mismatch':
      return 'client_misconfigured';
    case 'code-refused':
    case 'answer-malformed':
    case 'id-token-missing':
    case 'id-token-malformed':
    case 'id-token-algorithm':
    case 'id-token-unknown-key':
    case 'id-token-signature':
    case 'id-token-expired':
    case 'id-token-claim':
    case 'id-token-audience':
    case 'id-token-authorized-party':
    case 'id-token-nonce':
      return 'sign_in_failed';
    default:
      return refusal satisfies never;
  }
}

/** An https address of bounded length, or null: a picture is not worth a failed sign-in. */
export function avatarUrl(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > 2048) return null;
  return URL.parse(value)?.protocol === 'https:' ? value : null;
}
