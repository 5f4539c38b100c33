/** Shows that each import rule catches what it is for, on a small repository made for it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type IConfiguration, type ICruiseResult } from 'dependency-cruiser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const configuration: IConfiguration = createRequire(import.meta.url)('../.dependency-cruiser.cjs');

/** Rule, who imports, what is imported. */
const FORBIDDEN = [
  ['contract-imports-nothing-of-ours', 'contract/a.ts', 'worker-dispatcher/src/a.ts'],
  ['contract-needs-only-zod-and-jose', 'contract/b.ts', 'hono'],
  ['contract-needs-only-zod-and-jose', 'contract/c.ts', 'node:fs'],
  ['colours-have-one-door', 'contract/h.ts', 'culori'],
  ['web-knows-no-tenant-context', 'web/src/api/a.ts', 'contract/tenant-context.ts'],
  ['dispatcher-stands-alone', 'worker-dispatcher/src/b.ts', 'worker-tenant/src/data/a.ts'],
  ['dispatcher-stands-alone', 'worker-dispatcher/src/c.ts', 'web/src/ui/a.ts'],
  ['tenant-worker-stands-alone', 'worker-tenant/src/data/b.ts', 'worker-dispatcher/src/a.ts'],
  ['tenant-worker-stands-alone', 'worker-tenant/src/data/c.ts', 'scripts/a.ts'],
  ['web-stands-alone', 'web/src/api/b.ts', 'worker-tenant/src/data/a.ts'],
  ['scripts-reach-into-no-part', 'scripts/b.ts', 'worker-tenant/src/data/a.ts'],
  ['tests-are-imported-by-tests-only', 'worker-tenant/src/data/d.ts', 'worker-tenant/tests/a.ts'],
  ['nothing-imports-the-entry', 'worker-tenant/src/routes/a.ts', 'worker-tenant/src/index.ts'],
  ['layers-never-import-the-app', 'worker-tenant/src/middleware/a.ts', 'worker-tenant/src/app.ts'],
  ['routes-never-import-routes', 'worker-tenant/src/routes/b.ts', 'worker-tenant/src/routes/z.ts'],
  ['middleware-never-imports-routes', 'worker-tenant/src/middleware/b.ts', 'worker-tenant/src/routes/z.ts'],
  ['lower-layers-never-look-up', 'worker-tenant/src/auth/a.ts', 'worker-tenant/src/routes/z.ts'],
  ['lower-layers-know-no-http-framework', 'worker-tenant/src/domains/a.ts', 'hono'],
  ['mails-are-written-by-jobs', 'worker-tenant/src/routes/e.ts', 'worker-tenant/src/mail/z.ts'],
  ['jobs-answer-no-requests', 'worker-tenant/src/jobs.ts', 'worker-tenant/src/routes/z.ts'],
  ['pages-never-import-pages', 'web/src/pages/a.ts', 'web/src/pages/z.ts'],
  ['pages-know-no-layout-and-layouts-no-page', 'web/src/pages/b.ts', 'web/src/layouts/z.ts'],
  ['pages-know-no-layout-and-layouts-no-page', 'web/src/layouts/a.ts', 'web/src/pages/z.ts'],
  ['ui-knows-no-api', 'web/src/ui/b.ts', 'web/src/api/z.ts'],
  ['api-draws-nothing', 'web/src/api/c.ts', 'web/src/ui/a.ts'],
  ['codecs-have-one-door-each', 'worker-tenant/src/brand/a.ts', 'fflate'],
  ['arctic-has-one-door', 'worker-tenant/src/auth/b.ts', 'arctic'],
  ['supabase-js-has-one-door-per-worker', 'worker-tenant/src/data/e.ts', '@supabase/supabase-js'],
  ['no-circle', 'contract/d.ts', 'contract/e.ts'],
  ['no-dangling-import', 'contract/f.ts', 'contract/nowhere.ts'],
  ['product-runs-on-dependencies', 'worker-tenant/src/data/f.ts', 'vitest'],
] as const;

const ALLOWED = [
  ['contract/g.ts', 'zod'],
  ['contract/theme.ts', 'culori'],
  ['web/src/api/d.ts', 'contract/z.ts'],
  ['worker-tenant/src/routes/c.ts', 'hono'],
  ['worker-tenant/src/routes/d.ts', 'worker-tenant/src/data/a.ts'],
  ['worker-tenant/src/auth/oauth-providers.ts', 'arctic'],
  ['worker-tenant/src/brand/png-file.ts', 'fflate'],
  ['worker-tenant/src/data/supabase.ts', '@supabase/supabase-js'],
  ['worker-tenant/tests/b.test.ts', 'scripts/a.ts'],
  ['web/src/pages/c.ts', 'web/src/ui/a.ts'],
] as const;

/** The way back of a circle, which is reported once. */
const WAY_BACK = [['contract/e.ts', 'contract/d.ts']] as const;

const isPackage = (name: string) => !name.endsWith('.ts');

let repository: string;
let violations: ICruiseResult['summary']['violations'];

beforeAll(async () => {
  repository = mkdtempSync(join(tmpdir(), 'marquee-import-rules-'));
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(repository, file)), { recursive: true });
    writeFileSync(join(repository, file), text);
  };
  const dependencies = Object.fromEntries(
    ['zod', 'hono', 'arctic', 'culori', 'fflate', '@supabase/supabase-js'].map((name) => [name, '1.0.0']),
  );
  write('package.json', JSON.stringify({ dependencies, devDependencies: { vitest: '1.0.0' } }));
  for (const name of [...Object.keys(dependencies), 'vitest']) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
    write(`node_modules/${name}/index.js`, 'module.exports = {}');
  }
  const imports = [...FORBIDDEN.map(([, from, to]) => [from, to] as const), ...ALLOWED, ...WAY_BACK];
  for (const [, to] of imports) {
    if (!isPackage(to) && !to.includes('nowhere')) write(to, 'export const value = 1;\n');
  }
  for (const [from, to] of imports) {
    const target = isPackage(to) ? to : `${'../'.repeat(from.split('/').length - 1)}${to}`;
    write(from, `import { value } from '${target}';\nexport const own = value;\n`);
  }
  const folders = ['contract', 'worker-dispatcher', 'worker-tenant', 'web', 'scripts'];
  const ruleSet = { forbidden: configuration.forbidden ?? [] };
  const { output } = await cruise(folders, {
    ...configuration.options,
    baseDir: repository,
    ruleSet,
    validate: true,
  });
  if (typeof output === 'string') throw new Error(output);
  violations = output.summary.violations;
}, 30_000);

afterAll(() => rmSync(repository, { recursive: true, force: true }));

describe('import rules', () => {
  test.each(FORBIDDEN)('%s: %s may not import %s', (rule, from) => {
    const caught = violations
      .filter((violation) => violation.from === from)
      .map((violation) => violation.rule.name);
    expect(caught).toContain(rule);
  });

  test.each(ALLOWED)('%s may import %s', (from) => {
    expect(violations.filter((violation) => violation.from === from)).toEqual([]);
  });

  test('each rule is shown here', () => {
    const shown = new Set<string>(FORBIDDEN.map(([rule]) => rule));
    expect(
      (configuration.forbidden ?? []).map(({ name }) => name).filter((name) => !shown.has(name ?? '')),
    ).toEqual([]);
  });
});
