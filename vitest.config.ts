/**
 * All suites that Vitest runs, one project per runtime. `npm test` runs them with the summary; one alone:
 * `npx vitest run --project dispatcher`. Databases are the business of scripts/database-tests.ts.
 *
 * Files of a project share processes and isolates, as requests do (`isolate: false`): starting one for each file took
 * longer than the tests. A helper hooks when it is called, not when it is imported: it is imported once for all files.
 */
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { unstable_readConfig } from 'wrangler';
import { createKeys, dispatcherSecrets, tenantSecrets } from './scripts/local/keys.ts';
import { readPreviousCommit } from './scripts/releases/previous-release.ts';

// Nothing on this machine calls home, and missing secrets are not worth a warning: tests bring their own.
process.env['CLOUDFLARE_CF_FETCH_ENABLED'] ??= 'false';
process.env['WRANGLER_SEND_METRICS'] ??= 'false';
process.env['WRANGLER_LOG'] ??= 'error';

const NOT_UNIT = ['**/*.integration.test.ts', '**/*.release.test.ts', '**/node_modules/**'];
const BUILD = 'worker-tenant/tests/build.ts';
/** Each file has its own stack of Workers and database; two at once are what two cores carry. */
const STACKS = {
  environment: 'node',
  maxWorkers: 2,
  isolate: false,
  testTimeout: 60_000,
  hookTimeout: 120_000,
} as const;
const keys = await createKeys();

/** Runs in workerd with the Worker's own wrangler.jsonc and fresh keys: a developer's .dev.vars change nothing. */
function workerProject(
  name: string,
  folder: string,
  secrets: Record<string, string>,
  globalSetup: string[] = [],
): TestProjectInlineConfiguration {
  const { vars } = unstable_readConfig({ config: `${folder}/wrangler.jsonc` });
  return {
    plugins: [
      cloudflareTest({
        remoteBindings: false,
        wrangler: { configPath: `./${folder}/wrangler.jsonc` },
        miniflare: { bindings: { ...vars, ...secrets } },
      }),
    ],
    test: {
      name,
      globalSetup,
      include: [`${folder}/**/*.test.ts`],
      exclude: NOT_UNIT,
      isolate: false,
    },
  };
}

function nodeProject(name: string, include: string[]): TestProjectInlineConfiguration {
  return { test: { name, include, exclude: NOT_UNIT, environment: 'node', isolate: false } };
}

/** Releases are held against each other where git's history has both; `npm run test:releases` refuses to go without. */
const withoutHistory = await readPreviousCommit().then(
  () => [],
  (error: Error) => {
    console.warn(
      `Not tested: this release beside the previous one, and its migrations under it. ${error.message}`,
    );
    return ['scripts/releases/**'];
  },
);

export default defineConfig({
  test: {
    passWithNoTests: true,
    projects: [
      nodeProject('contract', ['contract/**/*.test.ts']),
      nodeProject('web', ['web/src/**/*.test.{ts,tsx}']),
      nodeProject('scripts', ['scripts/**/*.test.ts']),
      workerProject('dispatcher', 'worker-dispatcher', dispatcherSecrets(keys), [
        'worker-dispatcher/tests/supabase-stand-in.ts',
      ]),
      workerProject('tenant', 'worker-tenant', tenantSecrets(keys)),
      {
        test: {
          name: 'integration',
          globalSetup: [BUILD],
          include: ['{worker-*,scripts}/**/*.integration.test.ts'],
          exclude: ['**/node_modules/**', ...withoutHistory],
          ...STACKS,
        },
      },
      {
        test: {
          name: 'releases',
          globalSetup: [BUILD, 'scripts/releases/prepare.ts'],
          include: ['scripts/releases/*.{integration,release}.test.ts'],
          ...STACKS,
        },
      },
    ],
  },
});
