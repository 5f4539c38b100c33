/**
 * `npm run test:faults`: the whole deployment with every fault at every call, on stand-ins of Cloudflare and Supabase on
 * this machine; operator/deploy/fault-matrix.ts says how. `-- --sample 40` runs some of it. Exit codes: 0 all passed, 1
 * some did not, 2 the command line was wrong.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { build } from './local/build.ts';
import { createRunFolder, type Platform, startPlatform } from './local/platform.ts';
import { onShutdown } from './local/processes.ts';
import { runMain } from './local/steps.ts';
import { formatSeconds, formatTable } from './local/table.ts';
import { readBuild } from './operator/deploy/build-output.ts';
import { FaultLane } from './operator/deploy/fault-lane.ts';
import {
  FAULTS,
  type FaultCase,
  mix,
  nameOf,
  type RecordedCall,
  recordCalls,
  runCase,
  sample,
} from './operator/deploy/fault-matrix.ts';
import { startRehearsal } from './operator/deploy/rehearsal.ts';

/** The first to an empty account; one beside it; and one with which the Workers of the first go. */
const RELEASES = ['one', 'two', 'three'];
const MOST_LANES = 8;
const HELP = `npm run test:faults -- [options]

  --list            lists the calls and runs no case
  --call PATTERN    only calls whose “release/step: METHOD /path” matches (regular expression)
  --fault KIND      only this: ${FAULTS.join(', ')}
  --lasting         the call fails until the run ends, instead of once
  --sample N        N cases, the same each time, spread over calls and kinds
  --releases N      deploys this many releases, 1 to ${RELEASES.length}; 1 when left out
  --lanes N         cases at the same time, 1 to ${MOST_LANES}; 3 when left out
  --json FILE       writes what was found
`;

interface Options {
  readonly list: boolean;
  readonly call: RegExp;
  readonly faults: readonly FaultCase['fault'][];
  readonly lasting: boolean;
  readonly sample: number;
  readonly releases: number;
  readonly lanes: number;
  readonly json: string | undefined;
}

interface Outcome {
  readonly call: string;
  readonly fault: string;
  readonly problems: readonly string[];
  readonly seconds: number;
}

const options = readOptions();
const open: { stop: () => Promise<void> } = { stop: async () => {} };
const shutdown = onShutdown(() => open.stop());

runMain(async () => {
  process.env['TMPDIR'] = createRunFolder('faults');
  const started = performance.now();
  const platform = await startPlatform();
  open.stop = () => platform.stop();
  if ((await readBuild()) === null) await build('error');
  const lanes = await Promise.all(
    Array.from({ length: options.list ? 1 : options.lanes }, () => openLane(platform)),
  );
  open.stop = async () => {
    await Promise.all(lanes.map(({ close }) => close()));
    await platform.stop();
  };
  const [first] = lanes;
  if (first === undefined || lanes.some(({ calls }) => namesOf(calls) !== namesOf(first.calls)))
    throw new Error('Two undisturbed runs did not make the same calls.');
  const recorded = performance.now() - started;
  console.log(
    `${first.calls.length} calls of ${options.releases} releases, recorded in ${formatSeconds(recorded)}`,
  );
  if (options.list) {
    for (const call of first.calls) console.log(`  ${nameOf(call)}`);
    return shutdown.end(0);
  }
  const cases = casesOf(first.calls);
  const outcomes = await runAll(lanes, cases, performance.now());
  report(outcomes, { calls: first.calls.length, milliseconds: performance.now() - started });
  shutdown.end(outcomes.some(({ problems }) => problems.length > 0) || outcomes.length === 0 ? 1 : 0);
}, shutdown);

interface Lane {
  readonly lane: FaultLane;
  readonly calls: readonly RecordedCall[];
  close(): Promise<void>;
}

async function openLane(platform: Platform): Promise<Lane> {
  const rehearsal = await startRehearsal({ platform });
  await rehearsal.openPartnerDomain();
  const lane = new FaultLane(rehearsal, rehearsal);
  const calls = await recordCalls(lane, RELEASES.slice(0, options.releases));
  return {
    ...{ lane, calls },
    async close() {
      await lane.close();
      await rehearsal.close();
    },
  };
}

function namesOf(calls: readonly RecordedCall[]): string {
  return calls.map(nameOf).toSorted().join('\n');
}

function casesOf(calls: readonly RecordedCall[]): FaultCase[] {
  const wanted = calls.filter((call) => options.call.test(nameOf(call)));
  const all = wanted.flatMap((call) => options.faults.map((fault) => ({ call, fault })));
  return mix(sample(all, options.sample));
}

async function runAll(
  lanes: readonly Lane[],
  cases: readonly FaultCase[],
  started: number,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const waiting = [...cases];
  const work = async ({ lane, calls }: Lane) => {
    const own = new Map(calls.map((call) => [nameOf(call), call]));
    for (let next = waiting.shift(); next !== undefined && !shutdown.requested; next = waiting.shift()) {
      const name = nameOf(next.call);
      const begun = performance.now();
      const problems = await runCase(lane, { ...next, call: own.get(name) ?? next.call }, options).catch(
        (error: unknown) => [`broke off: ${error instanceof Error ? (error.stack ?? error.message) : error}`],
      );
      const seconds = (performance.now() - begun) / 1000;
      outcomes.push({ call: name, fault: next.fault, problems, seconds });
      const left = ((performance.now() - started) / outcomes.length) * (cases.length - outcomes.length);
      const mark = problems.length === 0 ? '✓' : '✗';
      console.log(
        `${mark} ${outcomes.length} of ${cases.length}, ${formatSeconds(left)} left: ${next.fault} at ${name} (${seconds.toFixed(1)} s)`,
      );
      for (const problem of problems) console.log(`    ${problem.replaceAll('\n', '\n    ')}`);
    }
  };
  await Promise.all(lanes.map(work));
  return outcomes;
}

function report(outcomes: readonly Outcome[], about: { calls: number; milliseconds: number }): void {
  const failed = outcomes.filter(({ problems }) => problems.length > 0);
  if (failed.length > 0)
    console.log(
      `\n${formatTable(failed.map(({ call, fault, problems }) => [fault, call, (problems[0] ?? '').split('\n')[0]?.slice(0, 120) ?? '']))}`,
    );
  console.log(
    `\n${outcomes.length - failed.length} of ${outcomes.length} cases passed (${formatSeconds(about.milliseconds)}).`,
  );
  if (options.json !== undefined)
    writeFileSync(
      options.json,
      `${JSON.stringify({ ...about, lasting: options.lasting, outcomes }, null, 2)}\n`,
    );
}

function readOptions(): Options {
  try {
    const { values } = parseArgs({
      options: {
        list: { type: 'boolean', default: false },
        call: { type: 'string', default: '' },
        fault: { type: 'string' },
        lasting: { type: 'boolean', default: false },
        sample: { type: 'string', default: '1000000' },
        releases: { type: 'string', default: '1' },
        lanes: { type: 'string', default: '3' },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(HELP);
      process.exit(0);
    }
    const faults = FAULTS.filter((fault) => values.fault === undefined || fault === values.fault);
    if (faults.length === 0) throw new Error(`There is no fault ${values.fault}.`);
    return {
      ...{ list: values.list, lasting: values.lasting, json: values.json, faults },
      call: new RegExp(values.call),
      sample: readNumber('sample', values.sample, 1_000_000),
      releases: readNumber('releases', values.releases, RELEASES.length),
      lanes: readNumber('lanes', values.lanes, MOST_LANES),
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
    process.exit(2);
  }
}

function readNumber(name: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new Error(`--${name} takes a whole number from 1 to ${most}.`);
  return value;
}
