/** Runs a program of others: nothing of our environment but what it needs, an end in time, both streams kept. */
import { spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';

/** What any program needs to run; no token, no address, no secret is among them. */
const INHERITED = [
  'PATH',
  'HOME',
  'TMPDIR',
  'LANG',
  'LC_ALL',
  'USER',
  'MARQUEE_RUN',
  'NODE_EXTRA_CA_CERTS',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
  'https_proxy',
  'http_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
];
const MOST_CHARACTERS = 1_000_000;

/** Of our own environment, what is handed on. */
export function inheritedEnvironment(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of INHERITED) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}

export interface ProgramRun {
  readonly code: number;
  readonly output: string;
}

export function runProgram(
  program: string,
  arguments_: readonly string[],
  options: { cwd: string; env: Readonly<Record<string, string>>; timeoutMilliseconds: number },
): Promise<ProgramRun> {
  const env = { ...inheritedEnvironment(), ...options.env };
  return new Promise((resolve, reject) => {
    const child = spawn(program, arguments_, { cwd: options.cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const timer = setTimeout(() => {
      output += `\nnot done after ${options.timeoutMilliseconds / 1000} s: ended\n`;
      child.kill('SIGKILL');
    }, options.timeoutMilliseconds);
    for (const stream of [child.stdout, child.stderr]) {
      const decoder = new StringDecoder('utf8');
      stream.on('data', (chunk: Buffer) => {
        output = `${output}${decoder.write(chunk)}`.slice(-MOST_CHARACTERS);
      });
    }
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, output });
    });
  });
}
