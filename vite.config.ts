/**
 * The SPA and all Workers in one Vite: `npm run dev` runs them on workerd behind it, `npm run build` writes dist/client,
 * dist/worker_dispatcher, dist/worker_tenant and dist/worker_jobs. The three tenant Workers are one source: a build has it once, and a
 * release uploads it three times.
 */
import { fileURLToPath } from 'node:url';
import { cloudflare, type PluginConfig, type WorkerConfig } from '@cloudflare/vite-plugin';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { unstable_readConfig as readConfig } from 'wrangler';
import { MAIL_SERVICE, TENANT_WORKERS } from './scripts/local/workers.ts';

type AuxiliaryWorker = NonNullable<PluginConfig['auxiliaryWorkers']>[number];

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const TENANT_CONFIG = path('worker-tenant/wrangler.jsonc');
const JOBS_CONFIG = path('worker-tenant/wrangler.jobs.jsonc');
const JOBS_ENVIRONMENT = { name: 'worker_jobs' };

// Nothing on this machine calls home: no `request.cf` look-up, no usage statistics.
process.env['CLOUDFLARE_CF_FETCH_ENABLED'] ??= 'false';
process.env['WRANGLER_SEND_METRICS'] ??= 'false';
process.env['WRANGLER_LOG'] ??= 'error';

/**
 * The local runtime has no dispatch namespaces: the shim of scripts/local has the same face. And what only Vite can
 * answer (modules, its client) goes to Vite before the dispatcher.
 */
function fitDispatcher(config: WorkerConfig): void {
  config.assets = { ...config.assets, run_worker_first: ['/*', '!/@*', '!/src/*', '!/node_modules/*'] };
  config.dispatch_namespaces = [];
  config.services = [
    ...(config.services ?? []),
    { binding: 'DISPATCHER', service: 'dispatch-namespace', entrypoint: 'DispatchNamespace' },
  ];
}

/** Mails end in a mailbox on this machine. */
function fitJobs(config: WorkerConfig): void {
  config.send_email = [];
  config.services = [MAIL_SERVICE];
}

/** For the browser alone; a Worker's stack traces stay readable. Our libraries read no property for its side effects. */
const SMALLEST = {
  compress: { treeshake: { propertyReadSideEffects: false } },
  mangle: true,
  codegen: true,
} as const;

/** The first one brings the file with it, so that an edit of it is seen; Vite takes a file only once. */
function tenantWorker(name: string, index: number): AuxiliaryWorker {
  const customise = (config: WorkerConfig) => {
    if (index > 0) Object.assign(config, readConfig({ config: TENANT_CONFIG }));
    config.name = name;
    config.topLevelName = name;
    config.vars = { ...config.vars, WORKER_NAME: name };
  };
  const viteEnvironment = { name: name.replaceAll('-', '_') };
  return index === 0
    ? { configPath: TENANT_CONFIG, config: customise, viteEnvironment }
    : { config: customise, viteEnvironment };
}

export default defineConfig(({ command }) => {
  const development = command === 'serve';
  const auxiliaryWorkers: AuxiliaryWorker[] = development
    ? [
        { configPath: path('scripts/local/dispatch-namespace/wrangler.jsonc'), devOnly: true },
        { configPath: path('scripts/local/mail-service/wrangler.jsonc'), devOnly: true },
        { configPath: JOBS_CONFIG, config: fitJobs, viteEnvironment: JOBS_ENVIRONMENT },
        ...TENANT_WORKERS.map(tenantWorker),
      ]
    : [
        { configPath: TENANT_CONFIG, viteEnvironment: { name: 'worker_tenant' } },
        { configPath: JOBS_CONFIG, viteEnvironment: JOBS_ENVIRONMENT },
      ];
  return {
    root: path('web'),
    publicDir: path('web/public'),
    cacheDir: path('node_modules/.cache/vite'),
    build: {
      outDir: path('dist'),
      emptyOutDir: true,
      // Browsers of the last two years preload modules by themselves.
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      // A font inside of a stylesheet would come to everybody, and the content security policy refuses it.
      assetsInlineLimit: (file: string) => (file.endsWith('.woff2') ? false : undefined),
      rolldownOptions: {
        output: {
          // Libraries outlive releases. What the first picture needs, and what the pages behind it share, are one file
          // each: many small ones compress worse and cost more. Floating things stay chunks of their own.
          codeSplitting: {
            groups: [
              {
                name: 'libraries',
                test: /node_modules\/(?:react|react-dom|scheduler|react-router|@tanstack)\//,
                tags: ['$initial'],
                priority: 2,
              },
              {
                name: 'start',
                test: /web\/src\/|lucide-react|rolldown|preload/,
                tags: ['$initial'],
                priority: 1,
              },
              {
                name: 'members',
                test: /web\/src\/(?:ui|layouts|api)\/(?!command|account-menu|navigation-sheet|confirm|floating|device-row|sign-in-wording|brand-(?!mark)|color-field|labelled-field|text-field|list-pages|administration-wording|members-queries|oauth-client-queries|branding-)|lucide-react|@tanstack\/(?!.*(?:[mM]utation(?:Observer)?\.js))/,
                minShareCount: 2,
              },
            ],
          },
        },
      },
    },
    environments: { client: { build: { rolldownOptions: { output: { minify: SMALLEST } } } } },
    // Any tenant's hostname is served; the server listens on loopback only.
    server: {
      host: '127.0.0.1',
      port: 8787,
      strictPort: true,
      allowedHosts: true,
      // The first visitor finds the pages transformed.
      warmup: { clientFiles: ['./src/main.tsx'] },
    },
    plugins: [
      react(),
      tailwindcss(),
      cloudflare({
        configPath: path('worker-dispatcher/wrangler.jsonc'),
        viteEnvironment: { name: 'worker_dispatcher' },
        persistState: { path: path('.local/workers') },
        inspectorPort: false,
        remoteBindings: false,
        ...(development ? { config: fitDispatcher } : {}),
        auxiliaryWorkers,
      }),
    ],
  };
});
