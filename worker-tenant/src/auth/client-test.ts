/** What a test sign-in says about an OAuth client, to whoever sets it up. Pure. Called by routes/sign-in-callback.ts. */
import type { OAuthClientTestOutcome } from '../../../contract/oauth-clients.ts';
import { callbackErrorCode } from './flow.ts';
import { type ProviderRefusal, providerRefusalCode } from './identity.ts';

/** The provider sent an error instead of a code. */
export function outcomeOfCallbackError(error: string): OAuthClientTestOutcome {
  if (error === 'redirect_uri_mismatch') return 'redirect_mismatch';
  return outcomeOfCode(callbackErrorCode(error));
}

/** The provider took the code or the person back. */
export function outcomeOfRefusal(refusal: ProviderRefusal): OAuthClientTestOutcome {
  if (refusal === 'wrong-secret') return 'wrong_secret';
  if (refusal === 'redirect-mismatch') return 'redirect_mismatch';
  return outcomeOfCode(providerRefusalCode(refusal));
}

function outcomeOfCode(code: ReturnType<typeof providerRefusalCode>): OAuthClientTestOutcome {
  if (code === 'sign_in_cancelled') return 'cancelled';
  if (code === 'provider_unreachable') return 'unreachable';
  return code === 'client_misconfigured' ? 'refused' : 'failed';
}
