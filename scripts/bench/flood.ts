/** A flood of hosts that nobody knows, from a process of its own so that it does not slow the measuring one. Called by edge.ts. */
import { fork } from 'node:child_process';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';

export interface Flood {
  readonly requests: number;
  readonly seconds: number;
  /** How often each status was answered, in words. */
  readonly statuses: string;
}

const CONNECTIONS = 16;

/** Asks for `count` different hosts at `origin`, spread evenly over `seconds`. */
export function floodUnknownHosts(origin: string, count: number, seconds: number): Promise<Flood> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), [origin, String(count), String(seconds)]);
    child.once('message', (flood) => resolve(flood as Flood));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the flood ended early with ${code}`)));
  });
}

async function run(origin: string, count: number, seconds: number): Promise<Flood> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const statuses = new Map<number, number>();
  const start = performance.now();
  let sent = 0;

  async function askNext(): Promise<void> {
    while (sent < count) {
      const turn = sent++;
      const due = start + (turn / count) * seconds * 1000;
      const wait = due - performance.now();
      if (wait > 1) await new Promise((done) => setTimeout(done, wait));
      const status = await ask(`host-${turn}.flood-${turn % 97}.example`);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  }

  function ask(host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const outgoing = request(`${origin}/`, { agent, headers: { host, accept: 'text/html' } }, (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode ?? 0));
      });
      outgoing.once('error', reject);
      outgoing.end();
    });
  }

  await Promise.all(Array.from({ length: CONNECTIONS }, askNext));
  agent.destroy();
  return {
    requests: count,
    seconds: (performance.now() - start) / 1000,
    statuses: [...statuses].map(([status, times]) => `${status} ${times.toLocaleString('en')}×`).join(', '),
  };
}

const [origin, count, seconds] = process.argv.slice(2);
if (process.send && process.argv[1] === fileURLToPath(import.meta.url) && origin) {
  process.send(await run(origin, Number(count), Number(seconds)));
  process.disconnect();
}
