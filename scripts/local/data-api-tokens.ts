/** The gateway's half of the Data API: API keys and tokens, judged as a hosted project does. Called by data-api.ts. */
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeProtectedHeader,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';

export interface Refusal {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export type Admission =
  | { readonly ok: true; readonly claims: JWTPayload }
  | { readonly ok: false; readonly refusal: Refusal };

export interface TokenOptions {
  readonly publishableKey: string;
  /** Public keys that tokens may be signed with, where they are served, or whoever knows them. One of the three. */
  readonly jwks?: JSONWebKeySet;
  readonly jwksUrl?: string;
  readonly keys?: JWTVerifyGetKey;
}

const CLOCK_TOLERANCE_SECONDS = 30;
const NO_SUITABLE_KEY = postgrest('PGRST301', 'No suitable key or wrong key type');

/**
 * Judges the `apikey` and `Authorization` headers. Without a token of its own a request is `anon`; supabase-js then
 * sends the API key as the bearer.
 */
export function createAdmission(options: TokenOptions): (headers: Headers) => Promise<Admission> {
  const keys = findKeys(options);

  return async (headers) => {
    const apiKey = headers.get('apikey');
    if (apiKey === null) {
      return refuse(401, {
        message: 'No API key found in request',
        hint: 'No `apikey` request header or url param was found.',
      });
    }
    // The legacy `anon` and `service_role` keys are JWTs; they are switched off, and so is every token in their place.
    if (apiKey !== options.publishableKey) {
      return refuse(401, { message: 'Invalid API key', hint: 'Only the publishable API key is accepted.' });
    }
    const authorization = headers.get('authorization');
    const token = authorization === null ? null : /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    if (token === undefined) return refuse(401, postgrest('PGRST301', 'Expected a Bearer token'));
    if (token === null || token === apiKey) return { ok: true, claims: { role: 'anon' } };

    try {
      // `createLocalJWKSet` takes a token without `kid` where one key fits; the hosted project does not.
      if (!decodeProtectedHeader(token).kid) return refuse(401, NO_SUITABLE_KEY);
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ['ES256'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      if ((payload.iat ?? 0) > Date.now() / 1000 + CLOCK_TOLERANCE_SECONDS) {
        return refuse(401, postgrest('PGRST303', 'JWT issued at future'));
      }
      return { ok: true, claims: payload };
    } catch (error) {
      if (error instanceof errors.JWTExpired) return refuse(401, postgrest('PGRST303', 'JWT expired'));
      if (error instanceof errors.JWTClaimValidationFailed) {
        return refuse(401, postgrest('PGRST303', error.message));
      }
      if (error instanceof errors.JOSEError || error instanceof TypeError) {
        return refuse(401, NO_SUITABLE_KEY);
      }
      throw error;
    }
  };
}

function findKeys({ jwks, jwksUrl, keys }: TokenOptions): JWTVerifyGetKey {
  const given = [
    ...(jwks === undefined ? [] : [createLocalJWKSet(jwks)]),
    ...(jwksUrl === undefined ? [] : [createRemoteJWKSet(new URL(jwksUrl), { cooldownDuration: 1_000 })]),
    ...(keys === undefined ? [] : [keys]),
  ];
  const [only] = given;
  if (only === undefined || given.length > 1)
    throw new TypeError('The Data API takes jwks, jwksUrl or keys, one of them.');
  return only;
}

function refuse(status: number, body: Refusal['body']): Admission {
  return { ok: false, refusal: { status, body } };
}

function postgrest(code: string, message: string): Refusal['body'] {
  return { code, details: null, hint: null, message };
}
