/** How many tests of a suite passed and failed, read from what its runner left. Called by test.ts. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

export interface Finished {
  readonly code: number;
  readonly output: string;
  /** Path of the runner's report; there may be none. */
  readonly report: string;
}

const vitestSchema = z.object({ numPassedTests: z.number(), numFailedTests: z.number() });
const playwrightSchema = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number() }),
});

/** A suite that failed without counting a failure (it did not start, a file did not load) counts as one failed. */
export function readCounts(
  kind: 'vitest' | 'playwright' | 'last-line' | 'exit-code',
  finished: Finished,
): Counts {
  const counts = count(kind, finished);
  if (finished.code === 0) return counts ?? { passed: kind === 'exit-code' ? 1 : 0, failed: 0 };
  return { passed: counts?.passed ?? 0, failed: Math.max(1, counts?.failed ?? 0) };
}

function count(kind: Parameters<typeof readCounts>[0], { output, report }: Finished): Counts | null {
  switch (kind) {
    case 'vitest': {
      const read = vitestSchema.safeParse(readJson(report));
      return read.success ? { passed: read.data.numPassedTests, failed: read.data.numFailedTests } : null;
    }
    case 'playwright': {
      const read = playwrightSchema.safeParse(readJson(report));
      if (!read.success) return null;
      const { expected, unexpected, flaky } = read.data.stats;
      return { passed: expected, failed: unexpected + flaky };
    }
    case 'last-line':
      return readLastLine(output);
    case 'exit-code':
      return null;
    default:
      return kind satisfies never;
  }
}

/** `12 passed, 1 failed` with anything after it; advisories are failures. */
function readLastLine(output: string): Counts | null {
  const line = output.trimEnd().split('\n').at(-1) ?? '';
  const found = /^(\d+) passed, (\d+) failed(?:, (\d+) advisories)?/.exec(line);
  return found ? { passed: Number(found[1]), failed: Number(found[2]) + Number(found[3] ?? 0) } : null;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // The runner wrote none: it did not get that far, and its exit code says so.
    return null;
  }
}
