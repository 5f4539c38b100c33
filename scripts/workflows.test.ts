/** What runs at GitHub is well-formed, may do little, and runs commands that there are. */
import { accessSync, constants, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { z } from 'zod';

// Comes with @hono/zod-openapi.
const { parse } = z
  .object({ parse: z.custom<(text: string) => unknown>((value) => typeof value === 'function') })
  .parse(createRequire(import.meta.url)('yaml'));

const stepSchema = z.strictObject({
  name: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
  env: z.record(z.string(), z.string()).optional(),
});
const jobSchema = z.strictObject({
  uses: z.string().optional(),
  needs: z.string().optional(),
  'runs-on': z.string().optional(),
  'timeout-minutes': z.number().int().max(120).optional(),
  environment: z.string().optional(),
  concurrency: z.strictObject({ group: z.string(), 'cancel-in-progress': z.boolean() }).optional(),
  env: z.record(z.string(), z.string()).optional(),
  steps: z.array(stepSchema).optional(),
});
const workflowSchema = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions: z.strictObject({ contents: z.literal('read') }),
  concurrency: z.unknown().optional(),
  jobs: z.record(z.string(), jobSchema),
});

const REPOSITORY = new URL('..', import.meta.url);
const read = (name: string) =>
  workflowSchema.parse(parse(readFileSync(new URL(`.github/workflows/${name}`, REPOSITORY), 'utf8')));

test.each(['ci.yml', 'deploy.yml'])('%s is a workflow of bounded jobs, by actions of one version', (name) => {
  for (const job of Object.values(read(name).jobs)) {
    if (job.uses !== undefined) continue;
    expect(job['timeout-minutes']).toBeDefined();
    for (const { uses, with: given } of job.steps ?? []) {
      if (uses !== undefined)
        expect(uses).toMatch(/^actions\/(?:checkout|setup-node)@(?:v\d+|[0-9a-f]{40})$/);
      if (uses?.startsWith('actions/setup-node')) expect(given).toEqual({ 'node-version': 24 });
      if (uses?.startsWith('actions/checkout'))
        expect(given).toEqual({
          'persist-credentials': false,
          ...(name === 'ci.yml' && { 'fetch-depth': 0 }),
        });
    }
  }
});

test('changes are tested without a secret, and before they are deployed', () => {
  const ci = read('ci.yml');
  expect(JSON.stringify(ci)).not.toContain('secrets.');
  expect(Object.keys(ci.on)).toEqual(['pull_request', 'push', 'workflow_call']);
  const { on, jobs } = read('deploy.yml');
  expect(on).toEqual({ push: { branches: ['main'], tags: ['v*'] } });
  expect(jobs['test']).toEqual({ uses: './.github/workflows/ci.yml' });
  expect(jobs['deploy']).toMatchObject({ needs: 'test', concurrency: { 'cancel-in-progress': false } });
});

test('secrets are there for the commands that need them, after everything is installed and built', () => {
  const steps = read('deploy.yml').jobs['deploy']?.steps ?? [];
  const withSecrets = steps.filter((step) => JSON.stringify(step).includes('secrets.'));
  expect(withSecrets.map(({ run }) => run)).toEqual([
    './scripts/deploy-multi-tenant.sh --env "$TARGET" --no-build --yes',
    'npm run doctor -- --env "$TARGET"',
  ]);
  // What installs and builds runs programs of others.
  const bare = steps.slice(0, steps.indexOf(withSecrets[0] ?? {})).map(({ run }) => run);
  expect(bare).toEqual(expect.arrayContaining(['node scripts/setup.mjs', 'npm run build']));
  // A secret or a name in the text of a command would be read by the shell as part of it.
  for (const { run } of steps) expect(run ?? '').not.toContain('${{');
  accessSync(new URL('scripts/deploy-multi-tenant.sh', REPOSITORY), constants.X_OK);
  const { scripts } = JSON.parse(readFileSync(new URL('package.json', REPOSITORY), 'utf8'));
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['test', 'doctor']));
});
