/**
 * What a deployment survives: every call that it makes, with every fault. A run that nothing disturbs is recorded step by
 * step, with how everything stood before each step (and before each tenant's Worker). Each case begins there: the step
 * runs and meets its fault, runs again without it, and everything has to stand as it stood after the recorded step. What
 * follows would begin with the same as in the recorded run, so it is not repeated.
 */
import type { ApiFault } from '../../local/api-faults.ts';
import type { Checkpoint, Deployed, FaultLane } from './fault-lane.ts';
import { STEP_NAMES, type StepName } from './steps.ts';

/** `killed`: the deployment ends by SIGKILL as the call comes in, which is done all the same. */
export type MatrixFault = ApiFault | 'killed';
export const FAULTS = [
  'refused',
  'rate-limited',
  'failing',
  'bad-gateway',
  'hanging',
  'answer-lost',
  'killed',
] as const satisfies readonly MatrixFault[];
const HANGING_MILLISECONDS = 200;

export interface RecordedCall {
  readonly api: 'cloudflare' | 'supabase';
  readonly release: string;
  readonly step: StepName;
  /** Counts from 1 where the step has several beginnings. */
  readonly part: number;
  /** `METHOD /path`. */
  readonly call: string;
  /** How many of the same come before it in a run from `from`. */
  readonly after: number;
  readonly from: Checkpoint;
  /** As everything stood after the step. */
  readonly end: Readonly<Record<string, unknown>>;
}

/** The same in each recording: `one/tenants 2: PUT /accounts/… #3`. */
export function nameOf({ release, step, part, call, after }: RecordedCall): string {
  return `${release}/${step}${part === 1 ? '' : ` ${part}`}: ${call}${after === 0 ? '' : ` #${after + 1}`}`;
}

function lineOf(release: string, step: StepName): string[] {
  return ['--yes', '--json', '--release', release, '--only', step];
}

/** Runs every step of each release, undisturbed; the account ends as after a deployment of them. */
export async function recordCalls(lane: FaultLane, releases: readonly string[]): Promise<RecordedCall[]> {
  const recorded: RecordedCall[] = [];
  for (const release of releases)
    for (const step of STEP_NAMES) recorded.push(...(await recordStep(lane, release, step)));
  // What is looked at beforehand comes with each step: once is enough.
  const beforehand = new Map<string, number>();
  for (const { call } of recorded.filter(({ step }) => step === 'build'))
    beforehand.set(call, (beforehand.get(call) ?? 0) + 1 / releases.length);
  return recorded.filter(
    ({ step, release, call, after }) =>
      (step === 'build' && release === releases[0]) || after >= Math.round(beforehand.get(call) ?? 0),
  );
}

interface Call {
  readonly api: RecordedCall['api'];
  readonly call: string;
}

async function recordStep(lane: FaultLane, release: string, step: StepName): Promise<RecordedCall[]> {
  const before = await lane.save();
  // By now only the looking: what each run of the step begins with.
  const looks =
    step === 'tenants' ? await countLooks(lane, lineOf(release, step)) : new Map<string, number>();
  let state = before.state;
  const parts: Call[][] = [[]];
  const stop = watchCalls(lane, (api, call) => {
    // A Worker that is whole is noted: the next one begins.
    if (step === 'tenants' && lane.readState() !== state) parts.push([]);
    state = lane.readState();
    parts.at(-1)?.push({ api, call });
  });
  const said = await lane.deploy(...lineOf(release, step));
  stop();
  if (said.code !== 0) throw new Error(`The undisturbed run failed at ${release}/${step}:\n${said.error}`);
  const [after, end] = [await lane.save(), await lane.describe()];
  return parts.flatMap((calls, index) => {
    const from = step === 'tenants' ? withoutWorker(after, calls) : before;
    const seen = new Map(index === 0 ? [] : looks);
    return calls.map(({ api, call }): RecordedCall => {
      const earlier = seen.get(call) ?? 0;
      seen.set(call, earlier + 1);
      return { api, release, step, part: index + 1, call, after: earlier, from, end };
    });
  });
}

/** The step's Workers do not know of one another: each is brought up with the others there already. */
function withoutWorker(checkpoint: Checkpoint, calls: readonly Call[]): Checkpoint {
  const [, namespace, name] = calls
    .map(({ call }) => /^PUT .*\/dispatch\/namespaces\/([^/]+)\/scripts\/([^/]+)$/.exec(call))
    .find((match) => match !== null) ?? ['', '', ''];
  const { namespaces } = checkpoint.account;
  const state = JSON.parse(checkpoint.state ?? '{}') as { uploads: Record<string, string> };
  const { [name ?? '']: _gone, ...uploads } = state.uploads;
  return {
    ...checkpoint,
    account: {
      ...checkpoint.account,
      namespaces: new Map(
        [...namespaces].map(([key, one]) => [
          key,
          one.name === namespace
            ? { ...one, scripts: new Map([...one.scripts].filter(([script]) => script !== name)) }
            : one,
        ]),
      ),
    },
    state: JSON.stringify({ ...state, uploads }),
  };
}

async function countLooks(lane: FaultLane, line: readonly string[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const stop = watchCalls(lane, (_api, call) => counts.set(call, (counts.get(call) ?? 0) + 1));
  await lane.deploy(...line, '--dry-run');
  stop();
  return counts;
}

/** As they come in. */
function watchCalls(lane: FaultLane, note: (api: RecordedCall['api'], call: string) => void): () => void {
  const { cloudflare, management } = lane;
  lane.cloudflare.breakCall({ match: /^/, times: Number.POSITIVE_INFINITY }, null, () =>
    note('cloudflare', cloudflare.calls.at(-1) ?? ''),
  );
  management.watch((call) => note('supabase', call));
  return () => {
    cloudflare.mendCalls();
    management.mendCalls();
  };
}

export interface FaultCase {
  readonly call: RecordedCall;
  readonly fault: MatrixFault;
}

/** `lasting`: the call goes on failing until the run ends, instead of once. */
export async function runCase(
  lane: FaultLane,
  { call, fault }: FaultCase,
  { lasting = false }: { readonly lasting?: boolean } = {},
): Promise<string[]> {
  await lane.restore(call.from);
  const unknownBefore = lane.cloudflare.unknownCalls.length;
  const line = lineOf(call.release, call.step);
  const match = new RegExp(`^${call.call.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}$`);
  const first = await deployBroken(lane, { ...call, match, fault, lasting }, line);
  const problems = judgeBroken(first, fault, lane);
  const second = await lane.deploy(...line);
  problems.push(...judgeWords(second, lane));
  if (second.code !== 0) problems.push(`run again, it failed: ${second.error.trim()}`);
  else if (first.code === 0) {
    const { changes } = JSON.parse(second.out) as { changes: unknown };
    if (changes !== 0) problems.push(`the first run ended well, and the second changed ${String(changes)}`);
  }
  problems.push(...differences(await lane.describe(), call.end));
  const unknown = lane.cloudflare.unknownCalls.slice(unknownBefore);
  if (unknown.length > 0) problems.push(`calls that nobody modelled: ${unknown.join(', ')}`);
  return problems;
}

export interface Fault {
  readonly api: RecordedCall['api'];
  /** Of `METHOD /path`. */
  readonly match: RegExp;
  /** How many that match are served first; none when left out. */
  readonly after?: number;
  readonly fault: MatrixFault;
  /** It goes on failing until the run ends, instead of once. */
  readonly lasting?: boolean;
}

export interface BrokenRun extends Deployed {
  /** What a SIGKILL left behind. */
  readonly left: readonly string[];
  /** Whether the call was made at all. */
  readonly met: boolean;
}

export async function deployBroken(
  lane: FaultLane,
  { api, match, after = 0, fault, lasting = false }: Fault,
  line: readonly string[],
): Promise<BrokenRun> {
  const { cloudflare, management } = lane;
  let met = false;
  let kill = () => {};
  const onMet = () => {
    met = true;
    kill();
    if (fault === 'hanging') setTimeout(() => cloudflare.cutCalls(), HANGING_MILLISECONDS);
  };
  const selector = { match, after, times: lasting ? Number.POSITIVE_INFINITY : 1 };
  const served = fault === 'killed' ? null : fault;
  (api === 'cloudflare' ? cloudflare : management).breakCall(selector, served, onMet);
  try {
    const said =
      fault === 'killed'
        ? await lane.deployToBeKilled(line, (end) => {
            kill = end;
          })
        : { ...(await lane.deploy(...line)), left: [] };
    return { ...said, met };
  } finally {
    cloudflare.mendCalls();
    management.mendCalls();
  }
}

/** The call was met, nothing is left of a killed run, and what is said is for people: no stack, no secret. */
export function judgeBroken(run: BrokenRun, fault: MatrixFault, lane: FaultLane): string[] {
  const { met, left, code } = run;
  return [
    ...(met ? [] : ['the call was not made']),
    ...(left.length > 0 ? [`left behind after a SIGKILL: ${left.join(', ')}`] : []),
    ...(fault === 'killed' && met && code !== null ? [`killed, and ended with ${code}`] : []),
    ...judgeWords(run, lane),
  ];
}

/** A person reads it: no stack, no secret. */
function judgeWords({ out, error }: Deployed, { secrets }: FaultLane): string[] {
  const problems: string[] = [];
  if (/\n\s+at .*:\d+:\d+/.test(error)) problems.push(`shows a stack: ${error.trim().slice(0, 600)}`);
  if (secrets.some((secret) => out.includes(secret) || error.includes(secret)))
    problems.push('shows a secret');
  return problems;
}

const MOST_DIFFERENCES = 6;

/** `cloudflare.queues.marquee-mail: [] instead of [{…}]` */
export function differences(found: unknown, wanted: unknown, path = ''): string[] {
  if (JSON.stringify(found) === JSON.stringify(wanted)) return [];
  if (isPlain(found) && isPlain(wanted))
    return [...new Set([...Object.keys(found), ...Object.keys(wanted)])]
      .flatMap((name) => differences(found[name], wanted[name], path === '' ? name : `${path}.${name}`))
      .slice(0, MOST_DIFFERENCES);
  const shown = (value: unknown) => (JSON.stringify(value) ?? 'nothing').slice(0, 200);
  return [`${path}: ${shown(found)} instead of ${shown(wanted)}`];
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `count` of them, the same each time: spread over the calls, and each kind as often as the others. */
export function sample(cases: readonly FaultCase[], count: number): FaultCase[] {
  if (count >= cases.length) return [...cases];
  const kinds = [...new Set(cases.map(({ fault }) => fault))];
  const byKind = kinds.map((kind) => cases.filter(({ fault }) => fault === kind));
  return Array.from({ length: count }, (_, index) => {
    const own = byKind[index % byKind.length] ?? [];
    return own[Math.floor(((index + 0.5) / count) * own.length)];
  }).filter((one) => one !== undefined);
}

/** Another order, the same each time: quick and slow cases by turns, so that the time left can be told. */
export function mix<Value>(all: readonly Value[]): Value[] {
  const stride = [7919, 7907, 7901].find((prime) => all.length % prime !== 0) ?? 1;
  return all.map((_, index) => all[(index * stride) % all.length]).filter((one) => one !== undefined);
}
