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
        WRANGLER_WRITE_LOGS: 'false',
        WRANGLER_HIDE_BANNER: 'true',
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

export interface TestUpload {
  readonly bindings?: readonly object[];
  readonly code?: string | Uint8Array<ArrayBuffer>;
  readonly metadata?: object;
  /** `bindings_inherit=strict`, as wrangler has it. */
  readonly strict?: boolean;
}

/** Uploads a small Worker, without wrangler: `PUT` a script, `POST` a version. */
export async function upload(
  { url, token }: Pick<CloudflareApi, 'url' | 'token'>,
  method: 'PUT' | 'POST',
  path: string,
  {
    bindings = [],
    code = 'export default { fetch: () => new Response("ok") };',
    metadata,
    strict = true,
  }: TestUpload,
): Promise<{ status: number; codes: number[]; result: unknown }> {
  const form = new FormData();
  form.set(
    'metadata',
    JSON.stringify({ main_module: 'index.js', compatibility_date: '2026-10-20', bindings, ...metadata }),
  );
  form.set('index.js', new File([code], 'index.js', { type: 'application/javascript+module' }));
  const answer = await fetch(`${url}${path}${strict ? '?bindings_inherit=strict' : ''}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    body: form,
  });
  const { errors, result } = (await answer.json()) as { errors: { code: number }[]; result: unknown };
  return { status: answer.status, codes: errors.map(({ code: number }) => number), result };
}
