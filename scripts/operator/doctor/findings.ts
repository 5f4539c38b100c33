/** What a check of the doctor finds, and how checks run: a few at once, each bounded in time. Called by doctor.ts. */
import { Refusal } from '../../local/steps.ts';
import { describeDatabaseError } from '../database-errors.ts';

export const GROUPS = ['database', 'keys', 'tenants', 'workers', 'directory'] as const;
export type Group = (typeof GROUPS)[number];
type Level = 'ok' | 'warn' | 'fail';

export interface Finding {
  readonly level: Level;
  /** What was looked at: `Migrations`, or a hostname. */
  readonly about: string;
  /** What is so. */
  readonly words: string;
  /** What to do about it. */
  readonly todo?: string;
}

export interface Check {
  readonly group: Group;
  readonly about: string;
  readonly seconds: number;
  run(): Promise<readonly Finding[]>;
}

export const ok = (about: string, words: string): Finding => ({ level: 'ok', about, words });
export const warn = (about: string, words: string, todo: string): Finding => ({
  level: 'warn',
  about,
  words,
  todo,
});
export const fail = (about: string, words: string, todo: string): Finding => ({
  level: 'fail',
  about,
  words,
  todo,
});

const MOST_NAMED = 5;

/** Names in a finding: the first few. */
export function nameSome(all: readonly string[]): string {
  const more = all.length > MOST_NAMED ? ` and ${all.length - MOST_NAMED} more` : '';
  return `${all.slice(0, MOST_NAMED).join(', ')}${more}`;
}

const AT_ONCE = 6;

/** In the order of the checks, whoever ends first. */
export async function runChecks(checks: readonly Check[]): Promise<(Finding & { readonly group: Group })[]> {
  const found: (readonly Finding[])[] = [];
  const waiting = [...checks.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, check] = next;
      found[index] = await runBounded(check);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return checks.flatMap(({ group }, index) => (found[index] ?? []).map((finding) => ({ ...finding, group })));
}

async function runBounded({ about, seconds, run }: Check): Promise<readonly Finding[]> {
  const { promise: late, resolve } = Promise.withResolvers<readonly Finding[]>();
  const timer = setTimeout(
    () => resolve([fail(about, `was not done after ${seconds} s`, 'See what is slow, and run this again.')]),
    seconds * 1000,
  );
  try {
    return await Promise.race([run(), late]);
  } catch (error) {
    const words = describeFailure(error);
    // A bug of ours: with its stack.
    if (words === null) throw error;
    return [fail(about, words, 'Mend that, and run this again.')];
  } finally {
    clearTimeout(timer);
  }
}

/** Null for a bug. */
export function describeFailure(error: unknown): string | null {
  return error instanceof Refusal ? error.message : describeDatabaseError(error);
}
