/** What is read from the output of another release's tests, and which failures have a reason. */
import { expect, test } from 'vitest';
import { judge, type KnownDifference, readFailures, readSuites } from './own-failures.ts';

const DATABASE = `✓ 030_tenants.test.sql  94 passed, 0 failed
✗ 010_privileges.test.sql  32 passed, 1 failed
    not ok 6 - jobs execute exactly this
      # Failed test 6: "jobs execute exactly this"
      #     Extra records:
      #         ("b()")
      #         ("a()")
✗ 020_isolation.test.sql  3 passed, 2 failed
    the file ended early: column "x" does not exist
    planned 4, ran 3
✗ advisor WARN unused_index: on a table
129 passed, 3 failed, 1 advisories
`;
const VITEST = `
 ❯ |integration| scripts/a.integration.test.ts (4 tests | 2 failed) 12ms
   ❯ outer (4)
     × fails 8ms

⎯⎯⎯⎯⎯⎯ Failed Suites 1 ⎯⎯⎯⎯⎯⎯⎯

 FAIL  |integration| scripts/b.integration.test.ts [ scripts/b.integration.test.ts ]
Error: hook
 ❯ scripts/b.integration.test.ts:2:25

 FAIL  |integration| scripts/a.integration.test.ts > outer > one > deep
 FAIL  |integration| scripts/a.integration.test.ts > outer > two
AssertionError: expected 500 to be 200
 ❯ scripts/a.integration.test.ts:3:66
`;

const EXTRA = {
  suite: 'db',
  test: '010_privileges.test.sql: jobs execute exactly this',
  said: ['Extra records:', '("b()")', '("a()")'],
} as const;
const KNOWN: KnownDifference = { ...EXTRA, reason: 'Both are new.' };

test('suites are counted as they count themselves', () => {
  const output =
    '▸ db: pgTAP\n✗ db: 2536 passed, 9 failed (13.6 s)\n✓ integration: 330 passed, 0 failed (1.0 s)\n';
  expect(readSuites(output)).toEqual([
    { name: 'db', passed: 2536, failed: 9 },
    { name: 'integration', passed: 330, failed: 0 },
  ]);
});

test('failures of pgTAP come with their diagnosis, and files that broke off and advisories with them', () => {
  expect(readFailures('db', DATABASE)).toEqual([
    EXTRA,
    {
      suite: 'db',
      test: '020_isolation.test.sql: the file ended early: column "x" does not exist',
      said: [],
    },
    { suite: 'db', test: '020_isolation.test.sql: planned 4, ran 3', said: [] },
    { suite: 'db', test: 'advisor WARN unused_index: on a table', said: [] },
  ]);
});

test('failures of Vitest come with the error, also where several have one, and files that did not load', () => {
  const suite = 'integration';
  const said = ['AssertionError: expected 500 to be 200'];
  expect(readFailures(suite, VITEST)).toEqual([
    {
      suite,
      test: 'scripts/b.integration.test.ts [ scripts/b.integration.test.ts ]',
      said: ['Error: hook'],
    },
    { suite, test: 'scripts/a.integration.test.ts > outer > one > deep', said },
    { suite, test: 'scripts/a.integration.test.ts > outer > two', said },
  ]);
});

test('a failure that is known is none, in whatever order it tells its records', () => {
  const failure = { ...EXTRA, said: ['("a()")', 'Extra records:', '("b()")'] };
  expect(judge([failure], [KNOWN])).toEqual({ known: [KNOWN], problems: [] });
});

test('another failure is a problem, and so is a known one with other words', () => {
  const other = { suite: 'db', test: 'x.test.sql: y', said: ['have: 1'] };
  expect(judge([other], []).problems).toEqual([{ suite: 'db', text: 'x.test.sql: y: fails\n  have: 1' }]);
  const more = { ...EXTRA, said: [...EXTRA.said, '("c()")'] };
  const texts = judge([more], [KNOWN]).problems.map(({ text }) => text);
  expect(texts).toEqual([
    expect.stringMatching(/fails in other words.*c\(\)/s),
    expect.stringContaining('does not fail like this any more'),
  ]);
});

test('a known failure that is gone has to leave the list, and one entry excuses one failure', () => {
  expect(judge([], [KNOWN]).problems).toEqual([
    { suite: 'db', text: expect.stringContaining('take it out of known-differences.ts') },
  ]);
  expect(judge([EXTRA, EXTRA], [KNOWN]).problems).toHaveLength(1);
});
