/** The real wrangler against the stand-in, for tests: nothing of this machine's account, configuration or terminal. */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CloudflareApi } from './server.ts';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
const TIMEOUT_MILLISECONDS = 60_000;

export interface WranglerRun {
  readonly code: number | null;
  /** Both streams, as they came. */
  readonly output: string;
}

/** Runs in the repository; a run that ends badly is an answer, not an exception. */
export function runWrangler(
  { url, token, accountId }: Pick<CloudflareApi, 'url' | 'token' | 'accountId'>,
  args: readonly string[],
): Promise<WranglerRun> {
  const command = join(
    dirname(createRequire(import.meta.url).resolve('wrangler/package.json')),
    'bin/wrangler.js',
  );
  return new Promise((ended, failed) => {
    const child = spawn(process.execPath, [command, ...args], {
      cwd: REPOSITORY,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MILLISECONDS,
      env: {
        ...process.env,
        CLOUDFLARE_API_BASE_URL: url,
        CLOUDFLARE_API_TOKEN: token,
        CLOUDFLARE_ACCOUNT_ID: accountId,
        WRANGLER_SEND_METRICS: 'false',
        WRANGLER_LOG: 'log',
        CI: 'true',
        NO_COLOR: '1',
      },
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    child.once('error', failed);
    child.once('close', (code) => ended({ code, output }));
  });
}

/** One call of the API itself. */
export async function callApi(
  { url, token }: Pick<CloudflareApi, 'url' | 'token'>,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; codes: number[]; result: unknown }> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const { errors, result } = (await answer.json()) as { errors: { code: number }[]; result: unknown };
  return { status: answer.status, codes: errors.map(({ code }) => code), result };
}
