/**
 * What an isolate keeps between requests: configuration and bounded memories. Built once per `env`, which the runtime
 * keeps for as long as the isolate runs this version with these bindings; a new version starts with nothing.
 */
import { BrandedAssets } from './branded-assets.ts';
import { BrandedHtml } from './branded-html.ts';
import { type Configuration, readConfiguration } from './configuration.ts';
import { HostReader } from './requested-host.ts';
import { SignedContexts } from './signed-contexts.ts';
import { TenantDirectory } from './tenant-directory.ts';

export interface Isolate {
  readonly configuration: Configuration;
  readonly hosts: HostReader;
  readonly directory: TenantDirectory;
  readonly contexts: SignedContexts;
  readonly assets: BrandedAssets;
  readonly html: BrandedHtml;
  readonly namespace: DispatchNamespace;
  readonly files: Fetcher;
  /** Of all tenants; brand-files.ts alone reads it. */
  readonly brandFiles: R2Bucket;
}

const isolates = new WeakMap<Env, Isolate>();

export function isolateFor(env: Env): Isolate {
  const known = isolates.get(env);
  if (known) return known;
  const configuration = readConfiguration(env);
  const assets = new BrandedAssets();
  const isolate: Isolate = {
    configuration,
    hosts: new HostReader(configuration.localHostSuffix),
    directory: new TenantDirectory(configuration, env.TENANT_DIRECTORY, env.UNKNOWN_HOSTS),
    contexts: new SignedContexts(configuration.signingKey),
    assets,
    // Vite rewrites index.html while one works on it, so that in development it is read anew for every page.
    html: new BrandedHtml(env.ASSETS, assets, {
      remember: configuration.localHostSuffix === '',
      poweredBy: configuration.poweredBy,
    }),
    namespace: env.DISPATCHER,
    files: env.ASSETS,
    brandFiles: env.BRAND_FILES,
  };
  isolates.set(env, isolate);
  return isolate;
}
