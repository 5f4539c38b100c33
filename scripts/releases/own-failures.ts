/**
 * What `npm test` of a release said: how many tests of each suite, and which ones failed with what words. Failures are
 * held against those that known-differences.ts gives a reason for. Called by own-tests.ts.
 */

/** A suite as `npm test` counts it. */
export interface OwnSuite {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
}

/** Its suites that talk to the database; what it tests without one cannot differ. */
export const OWN_SUITES = ['db', 'integration'] as const;

export interface Failure {
  readonly suite: string;
  /** File and test: `000_schema.test.sql: name`, `worker-tenant/src/x.test.ts > describe > name`. */
  readonly test: string;
  /** The runner's own words, a line each, without their indentation. */
  readonly said: readonly string[];
}

export interface KnownDifference extends Failure {
  readonly suite: (typeof OWN_SUITES)[number];
  /** One sentence: why this is what the migration is for, and why the previous release's Workers go on. */
  readonly reason: string;
}

/** Something that somebody has to see to. */
export interface Problem {
  readonly suite: string;
  readonly text: string;
}

export interface Judgement {
  /** Failures that are expected, with their reasons. */
  readonly known: readonly KnownDifference[];
  /** None is what we want. */
  readonly problems: readonly Problem[];
}

/** The lines `✓ db: 12 passed, 0 failed (1.0 s)` of its output. */
export function readSuites(output: string): OwnSuite[] {
  return [...output.matchAll(/^[✓✗] (\w+): (\d+) passed, (\d+) failed \(/gm)].map(
    ([, name = '', passed, failed]) => ({ name, passed: Number(passed), failed: Number(failed) }),
  );
}

/** The failures in the output of one suite; other runners than pgTAP's are Vitest. */
export function readFailures(suite: string, output: string): Failure[] {
  return suite === 'db' ? readDatabaseFailures(output) : readVitestFailures(suite, output);
}

/** After `✗ FILE  1 passed, 1 failed`: `    not ok 1 - NAME` and `      # what it says`; or `✗ advisor …`. */
function readDatabaseFailures(output: string): Failure[] {
  const suite = 'db';
  const failures: { suite: string; test: string; said: string[] }[] = [];
  let file = '';
  for (const line of output.split('\n')) {
    const [, heading] = /^[✓✗] (\S+\.test\.sql) /.exec(line) ?? [];
    const [, diagnosis] = /^ {5,}#\s*(.*)$/.exec(line) ?? [];
    const [, failure] = /^ {4}(?:not ok \d+ - )?(\S.*)$/.exec(line) ?? [];
    const [, advisory] = /^✗ (advisor .*)$/.exec(line) ?? [];
    if (heading !== undefined) file = heading;
    else if (advisory !== undefined) failures.push({ suite, test: advisory, said: [] });
    else if (diagnosis !== undefined) {
      if (!/^Failed test \d+: /.test(diagnosis)) failures.at(-1)?.said.push(diagnosis);
    } else if (failure !== undefined) failures.push({ suite, test: `${file}: ${failure}`, said: [] });
  }
  return failures;
}

/** ` FAIL  |project| FILE > TEST`, one or more with the same words, then the error's first line. */
function readVitestFailures(suite: string, output: string): Failure[] {
  const failures: Failure[] = [];
  let open: string[] = [];
  for (const line of output.split('\n')) {
    const [, test] = /^ FAIL {2}\|[\w-]+\| (.*)$/.exec(line) ?? [];
    if (test !== undefined) open.push(test);
    else {
      failures.push(...open.map((name) => ({ suite, test: name, said: [line.trim()] })));
      open = [];
    }
  }
  return failures;
}

/** Each failure needs an entry that says the same, and each entry a failure: nothing is passed over in silence. */
export function judge(failures: readonly Failure[], known: readonly KnownDifference[]): Judgement {
  const problems: Problem[] = [];
  const left = [...known];
  const met: KnownDifference[] = [];
  for (const failure of failures) {
    const at = left.findIndex((entry) => keyOf(entry) === keyOf(failure));
    const [entry] = at === -1 ? [] : left.splice(at, 1);
    if (entry) met.push(entry);
    else {
      const named = known.some(({ suite, test }) => suite === failure.suite && test === failure.test);
      const head = named ? 'fails in other words than known-differences.ts has' : 'fails';
      const text = [`${failure.test}: ${head}`, ...failure.said.map((line) => `  ${line}`)].join('\n');
      problems.push({ suite: failure.suite, text });
    }
  }
  for (const { suite, test } of left)
    problems.push({
      suite,
      text: `${test}: does not fail like this any more, take it out of known-differences.ts`,
    });
  return { known: met, problems };
}

/** Records of a set come in any order. */
const keyOf = ({ suite, test, said }: Failure) => JSON.stringify([suite, test, ...said.toSorted()]);
