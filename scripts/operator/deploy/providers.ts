/**
 * Where people sign in, when it is not at github.com and accounts.google.com: a GitHub Enterprise Server, Google's
 * addresses through a gateway of one's own, or the stand-ins of a rehearsal. Part of deploy.config.json; what is left out
 * stays as worker-tenant/wrangler.jsonc has it.
 */
import { z } from 'zod';
import { addressSchema, endpointSchema } from './addresses.ts';

export const providersSchema = z.strictObject({
  github: z
    .strictObject({
      /** Pages and OAuth: `https://github.example.com`. */
      url: addressSchema,
      /** REST API: `https://github.example.com/api/v3`. */
      apiUrl: addressSchema,
    })
    .optional(),
  /** An OpenID provider that answers as Google does; all four, as its discovery document has them. */
  google: z
    .strictObject({
      authorizationEndpoint: endpointSchema,
      tokenEndpoint: endpointSchema,
      jwksUri: endpointSchema,
      /** `iss` of its ID tokens, letter by letter. */
      issuer: endpointSchema,
    })
    .optional(),
});
export type Providers = z.infer<typeof providersSchema>;

/** Variables of the tenant Workers; none for a provider that is where it always is. */
export function providerVars({ github, google }: Providers): Record<string, string> {
  return {
    ...(github && { GITHUB_URL: github.url, GITHUB_API_URL: github.apiUrl }),
    ...(google && {
      GOOGLE_AUTHORIZATION_ENDPOINT: google.authorizationEndpoint,
      GOOGLE_TOKEN_ENDPOINT: google.tokenEndpoint,
      GOOGLE_JWKS_URI: google.jwksUri,
      GOOGLE_ISSUER: google.issuer,
    }),
  };
}
