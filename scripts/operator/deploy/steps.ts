/**
 * The manner of a deployment: steps that look first and answer what they would change. A dry run shows that; any other
 * applies it, one after the other, so that whatever interrupts it, the next run finds what is left.
 */
import { Refusal } from '../../local/steps.ts';
import { formatSeconds } from '../../local/table.ts';

export const STEP_NAMES = [
  'build',
  'database',
  'resources',
  'tenants',
  'version',
  'trial',
  'jobs',
  'release',
  'routes',
  'auth',
  'smoke',
  'clean-up',
] as const;
export type StepName = (typeof STEP_NAMES)[number];

export interface Change {
  /** `create the queue marquee-staging-mail` */
  readonly what: string;
  /** Why somebody has to say yes to it first. */
  readonly consent?: string;
  /** What of the operator's it takes over: takes a yes of its own, which `--yes` does not give. */
  readonly takesOver?: string;
  apply(): Promise<void>;
}

export interface Step {
  readonly name: StepName;
  readonly title: string;
  /** What is not as it should be. Changes nothing. */
  look(): Promise<readonly Change[]>;
  /** In a dry run, after the changes were shown: what else would come of it. */
  foresee?(): Promise<void>;
  /** After the changes, and not in a dry run: throws when it does not work. Answers what it found, in words. */
  check?(): Promise<string>;
}

export interface StepReport {
  readonly step: StepName;
  readonly changes: readonly string[];
  readonly found: string | null;
  readonly seconds: number;
}

type Asking = (question: string) => Promise<boolean>;

export interface StepWorld {
  readonly dryRun: boolean;
  say(line: string): void;
  /** Null when nobody can be asked and `--yes` was not given. */
  readonly consent: Asking | null;
  /** The same of `--take-over`. */
  readonly takeOver: Asking | null;
  /** Before each step that may change something. */
  assertAlone(): Promise<void>;
}

/** Ends with the first step that fails; what was done until then stays done. */
export async function runSteps(steps: readonly Step[], world: StepWorld): Promise<StepReport[]> {
  const reports: StepReport[] = [];
  for (const step of steps) {
    const started = performance.now();
    if (!world.dryRun) await world.assertAlone();
    const changes = await step.look();
    await seekConsent(step, changes, world);
    for (const change of changes) {
      world.say(`  ${step.name}: ${world.dryRun ? 'would ' : ''}${change.what}`);
      if (!world.dryRun) await change.apply();
    }
    if (world.dryRun) await step.foresee?.();
    const found = world.dryRun || step.check === undefined ? null : await step.check();
    const took = performance.now() - started;
    const end = found ?? (changes.length === 0 ? 'as it should be' : `${changes.length} changed`);
    world.say(
      `${world.dryRun ? '·' : '✓'} ${step.title}: ${world.dryRun ? foreseen(step, changes) : end} (${formatSeconds(took)})`,
    );
    reports.push({
      step: step.name,
      changes: changes.map(({ what }) => what),
      found,
      seconds: Math.round(took) / 1000,
    });
  }
  return reports;
}

function foreseen(step: Step, changes: readonly Change[]): string {
  if (changes.length > 0) return `${changes.length} would change`;
  return step.check === undefined ? 'as it should be' : 'would be tested';
}

/** All questions of a step before its first change. A dry run shows what would be asked. */
async function seekConsent(step: Step, changes: readonly Change[], world: StepWorld): Promise<void> {
  for (const { what, consent, takesOver } of changes) {
    const reason = takesOver ?? consent;
    if (reason === undefined) continue;
    world.say(`  ${step.name}: ${reason}`);
    if (world.dryRun) continue;
    const [ask, option] =
      takesOver === undefined ? [world.consent, '--yes'] : [world.takeOver, '--take-over'];
    if (ask === null)
      throw new Refusal(
        `To ${what} takes a yes, and nobody can be asked here: ${option} says it.\n${reason}`,
      );
    if (!(await ask(`${what[0]?.toUpperCase()}${what.slice(1)}? [y/N] `)))
      throw new Refusal(
        `Stopped before anything of the step ${step.name} was changed. Run it again when you want it.`,
      );
  }
}
