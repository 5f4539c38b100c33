/** What other processes of this machine can read of a run while it lasts: arguments, and environments of one's own. For tests. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const PAUSE_MILLISECONDS = 20;

export interface Watched<Value> {
  readonly value: Value;
  /** Of every process that was seen, a line each; words are parted by NUL. Empty where there is no /proc. */
  readonly arguments: string;
  readonly environments: string;
}

export async function watchProcesses<Value>(work: () => Promise<Value>): Promise<Watched<Value>> {
  const seen = { cmdline: new Set<string>(), environ: new Set<string>() };
  const before = new Set(processes());
  const look = () => {
    for (const pid of processes())
      if (!before.has(pid))
        for (const file of ['cmdline', 'environ'] as const) seen[file].add(read(pid, file));
  };
  const timer = existsSync('/proc/self/cmdline') ? setInterval(look, PAUSE_MILLISECONDS) : undefined;
  try {
    const value = await work();
    return {
      value,
      arguments: [...seen.cmdline].join('\n'),
      environments: [...seen.environ].join('\n'),
    };
  } finally {
    clearInterval(timer);
  }
}

function processes(): string[] {
  return existsSync('/proc') ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
}

function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // Ended meanwhile, or somebody else's.
    return '';
  }
}
