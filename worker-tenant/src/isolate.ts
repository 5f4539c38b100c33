/**
 * What an isolate keeps between requests: configuration, keys, and bounded memories of what was verified or minted.
 * Built once per `env`, which the runtime keeps for as long as the isolate runs this version with these bindings.
 */
import { ok, type Result, refuse } from '../../contract/result.ts';
import type { TenantContext } from '../../contract/tenant-context.ts';
import type { Provider } from '../../contract/tenants.ts';
import { OAuthProviders } from './auth/oauth-providers.ts';
import { SessionTokens } from './auth/session-token.ts';
import { TenantContexts } from './auth/tenant-contexts.ts';
import { BrandFiles } from './brand/brand-files.ts';
import { type Configuration, type OAuthClient, readConfiguration } from './configuration.ts';
import { getOAuthClient } from './data/oauth-clients.ts';
import { createDataClient, type DataAccess, type DataClient } from './data/supabase.ts';
import { type SupabaseTokenClaims, SupabaseTokens } from './data/supabase-token.ts';

export class Isolate {
  readonly configuration: Configuration;
  readonly contexts: TenantContexts;
  readonly sessions: SessionTokens;
  readonly providers: OAuthProviders;
  readonly signInRateLimit: RateLimit;
  readonly #brandFiles: R2Bucket;
  readonly #supabaseTokens: SupabaseTokens;
  readonly #data: DataClient;

  constructor(env: Env) {
    const configuration = readConfiguration(env);
    const { supabase } = configuration;
    this.configuration = configuration;
    this.contexts = new TenantContexts(configuration.contextKeys, configuration.workerName);
    this.sessions = new SessionTokens(configuration.sessionKeys);
    this.providers = new OAuthProviders(configuration.providers);
    this.signInRateLimit = env.SIGN_IN_RATE_LIMIT;
    this.#brandFiles = env.BRAND_FILES;
    this.#supabaseTokens = new SupabaseTokens(supabase.issuer, supabase.signingKey);
    this.#data = createDataClient(supabase.url, supabase.publishableKey);
  }

  /** The Data API as seen by whoever these claims name. */
  async dataAs(claims: SupabaseTokenClaims): Promise<DataAccess> {
    return { client: this.#data, token: await this.#supabaseTokens.tokenFor(claims, nowInSeconds()) };
  }

  /** The Data API as seen while somebody signs in on this tenant and host. */
  dataForSignIn({ tenantId, hostname }: TenantContext): Promise<DataAccess> {
    return this.dataAs({ role: 'sign_in', tenantId, hostname });
  }

  /** The Data API as seen by anybody. */
  dataAsAnyone(): DataAccess {
    return { client: this.#data, token: null };
  }

  brandFiles({ tenantId }: TenantContext): BrandFiles {
    return new BrandFiles(this.#brandFiles, tenantId);
  }

  /** The hostname's own OAuth client; under the platform's domain, where it has none, the platform's. */
  async oauthClient(
    tenant: TenantContext,
    provider: Provider,
  ): Promise<Result<OAuthClient, 'none' | 'unreadable'>> {
    const { tenantId, hostname, platformDomain } = tenant;
    const { fieldKeys, platformClients } = this.configuration;
    const own = await getOAuthClient(
      await this.dataForSignIn(tenant),
      { tenantId, hostname, provider },
      fieldKeys,
    );
    return !own.ok && own.error === 'none' && platformDomain ? ok(platformClients[provider]) : own;
  }

  /** The platform's client, whatever the hostname has; under the platform's domain only, where it works. */
  standardClient({ platformDomain }: TenantContext, provider: Provider): Result<OAuthClient, 'none'> {
    return platformDomain ? ok(this.configuration.platformClients[provider]) : refuse('none');
  }
}

const isolates = new WeakMap<Env, Isolate>();

export function isolateFor(env: Env): Isolate {
  const known = isolates.get(env);
  if (known) return known;
  const isolate = new Isolate(env);
  isolates.set(env, isolate);
  return isolate;
}

export function nowInSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
