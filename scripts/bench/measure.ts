/** How benchmarks measure: two things in turns, round by round, and the median of the rounds. Called by every bench. */
import { spawnSync } from 'node:child_process';
import autocannon from 'autocannon';

/** One line of the table and of `--json`. */
export interface BenchResult {
  readonly name: string;
  /** What was measured, over its baseline in the same run. */
  readonly ratio: number;
  /** The bound, with its direction: `>= 0.8`, `<= 1.1`; null where a figure is only told. */
  readonly target: string | null;
  readonly ok: boolean;
  readonly unit: string;
  readonly note: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) throw new RangeError('the median of nothing');
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/** Judges a ratio against its bound. */
export function judge(
  name: string,
  ratio: number,
  bound: { readonly atLeast: number } | { readonly atMost: number } | null,
  unit: string,
  note: string,
): BenchResult {
  const rounded = Math.round(ratio * 1000) / 1000;
  if (bound === null) return { name, ratio: rounded, target: null, ok: true, unit, note };
  return 'atLeast' in bound
    ? { name, ratio: rounded, target: `>= ${bound.atLeast}`, ok: rounded >= bound.atLeast, unit, note }
    : { name, ratio: rounded, target: `<= ${bound.atMost}`, ok: rounded <= bound.atMost, unit, note };
}

export interface Load {
  /** Origin and path, on loopback. */
  readonly url: string;
  /** Host header. */
  readonly host: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const CONNECTIONS = 32;
const hasWrk = spawnSync('wrk', ['-v']).error === undefined;

/** The load generator in use: wrk where it is installed, since it leaves more of a small machine to the server. */
export const LOAD_GENERATOR = hasWrk ? 'wrk' : 'autocannon';

/** Requests per second over `seconds`, 32 connections. Throws when any answer was not a 2xx. */
export async function requestsPerSecond(load: Load, seconds: number): Promise<number> {
  return hasWrk ? wrk(load, seconds) : cannon(load, seconds);
}

async function wrk({ url, host, headers }: Load, seconds: number): Promise<number> {
  const { spawn } = await import('node:child_process');
  const given = Object.entries({ Host: host, ...headers }).flatMap(([name, value]) => [
    '-H',
    `${name}: ${value}`,
  ]);
  const child = spawn('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, ...given, url]);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  await new Promise((done) => child.once('close', done));
  const rate = /Requests\/sec:\s+([\d.]+)/.exec(output)?.[1];
  if (rate === undefined || /Non-2xx|Socket errors/.test(output))
    throw new Error(`wrk on ${host} ${url}:\n${output}`);
  return Number(rate);
}

async function cannon({ url, host, headers }: Load, seconds: number): Promise<number> {
  const result = await autocannon({
    url,
    connections: CONNECTIONS,
    duration: seconds,
    headers: { host, ...headers },
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx} bad answers on ${host} ${url}`);
  return result['2xx'] / result.duration;
}

export interface Comparison {
  /** Median over the rounds of subject ÷ baseline, each pair measured back to back. */
  readonly ratio: number;
  readonly baseline: number;
  readonly subject: number;
}

/** Measures two loads in turns (A B, B A, …) after a warm-up, so that a slow moment of the machine hits both. */
export async function compareThroughput(
  baseline: Load,
  subject: Load,
  { rounds = 7, seconds = 3 } = {},
): Promise<Comparison> {
  await requestsPerSecond(baseline, 2);
  await requestsPerSecond(subject, 2);
  const pairs: { baseline: number; subject: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) {
      const first = await requestsPerSecond(baseline, seconds);
      pairs.push({ baseline: first, subject: await requestsPerSecond(subject, seconds) });
    } else {
      const first = await requestsPerSecond(subject, seconds);
      pairs.push({ baseline: await requestsPerSecond(baseline, seconds), subject: first });
    }
  }
  return {
    ratio: median(pairs.map((pair) => pair.subject / pair.baseline)),
    baseline: median(pairs.map((pair) => pair.baseline)),
    subject: median(pairs.map((pair) => pair.subject)),
  };
}

/** Milliseconds that `work` takes: the median of `times` runs after as many tenths to warm up. */
export async function medianMilliseconds(work: () => Promise<unknown>, times: number): Promise<number> {
  for (let warm = 0; warm < Math.ceil(times / 10); warm++) await work();
  const taken: number[] = [];
  for (let run = 0; run < times; run++) {
    const start = performance.now();
    await work();
    taken.push(performance.now() - start);
  }
  return median(taken);
}

export const perSecond = (value: number): string => `${Math.round(value).toLocaleString('en')} req/s`;
export const inMilliseconds = (value: number): string => `${value.toFixed(3)} ms`;
