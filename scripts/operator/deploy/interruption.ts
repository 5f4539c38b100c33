/**
 * A deployment that dies halfway: run as a process of its own, and killed (SIGKILL, which nobody can answer) as soon as
 * it says that it begins something. Used by the rehearsal and by the tests of the deployment.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { REPOSITORY } from './build-output.ts';

const PATIENCE_MILLISECONDS = 180_000;

export interface KilledDeployment {
  /** False when it ended by itself, without having come there. */
  readonly killed: boolean;
  readonly said: string;
}

/** `at` is a part of the line at which it dies: `tenants: upload`. */
export function killDeployment(
  line: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  at: string,
): Promise<KilledDeployment> {
  return new Promise((ended, failed) => {
    const child = spawn(process.execPath, [join(REPOSITORY, 'scripts/deploy.ts'), ...line], {
      cwd: REPOSITORY,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: PATIENCE_MILLISECONDS,
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes(at)) child.kill('SIGKILL');
    });
    child.once('error', failed);
    child.once('exit', (_code, signal) => ended({ killed: signal === 'SIGKILL', said }));
  });
}
