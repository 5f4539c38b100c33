/** A suite that failed is never counted as passed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readCounts } from './test-counts.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'marquee-counts-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const finished = (code: number, output = '', report?: unknown) => {
  const file = join(folder, 'report.json');
  if (report !== undefined) writeFileSync(file, JSON.stringify(report));
  return { code, output, report: file };
};

describe('readCounts', () => {
  test('reads the report of Vitest', () => {
    const report = { numPassedTests: 12, numFailedTests: 2 };
    expect(readCounts('vitest', finished(1, '', report))).toEqual({ passed: 12, failed: 2 });
  });

  test('counts a flaky browser test as failed', () => {
    const report = { stats: { expected: 5, unexpected: 1, flaky: 1 } };
    expect(readCounts('playwright', finished(1, '', report))).toEqual({ passed: 5, failed: 2 });
  });

  test('counts advisories as failures', () => {
    expect(readCounts('last-line', finished(1, 'x\n9 passed, 1 failed, 2 advisories\n'))).toEqual({
      passed: 9,
      failed: 3,
    });
  });

  test.each(['vitest', 'playwright', 'last-line', 'exit-code'] as const)(
    'counts one failure when %s failed without counting',
    (kind) => {
      expect(readCounts(kind, finished(1, 'broken'))).toEqual({ passed: 0, failed: 1 });
    },
  );

  test('counts one failure when all tests passed and the runner failed', () => {
    const report = { numPassedTests: 3, numFailedTests: 0 };
    expect(readCounts('vitest', finished(1, '', report))).toEqual({ passed: 3, failed: 1 });
  });

  test('counts a step that only ends well as one', () => {
    expect(readCounts('exit-code', finished(0))).toEqual({ passed: 1, failed: 0 });
  });
});
