/**
 * Uploads by wrangler: a Worker's configuration and secrets in a temporary folder that only we can read, gone however
 * it ends. Wrangler gets the token and nothing else of ours; what it says is kept, and shown when it fails.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Refusal } from '../../local/steps.ts';
import { type BuiltConfig, moduleFolder, REPOSITORY } from './build-output.ts';
import { runProgram } from './programs.ts';
import type { Plan, PlannedWorker } from './worker-plan.ts';

const TIMEOUT_MILLISECONDS = 300_000;
const SAID_LINES = 30;

export interface WranglerAccess {
  readonly apiUrl: string;
  readonly token: string;
  readonly accountId: string;
  redact(text: string): string;
}

export type UploadKind =
  | { readonly into: 'namespace'; readonly namespace: string }
  /** An ordinary Worker, serving at once. */
  | { readonly into: 'account' }
  /** A version that serves nobody yet. */
  | { readonly into: 'version' };

/** Throws a Refusal with wrangler's own words. A version is tagged with its release, and tells the commit. */
export async function uploadWorker(
  access: WranglerAccess,
  worker: PlannedWorker,
  kind: UploadKind,
  { release, commit }: Pick<Plan, 'release' | 'commit'>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'marquee-deploy-'));
  try {
    const config = join(folder, 'wrangler.json');
    const secrets = join(folder, 'secrets.json');
    await writeFile(config, JSON.stringify(forWrangler(worker.config)), { mode: 0o600 });
    await writeFile(secrets, JSON.stringify(worker.secrets), { mode: 0o600 });
    const arguments_ = [
      ...(kind.into === 'version' ? ['versions', 'upload'] : ['deploy']),
      ...['--config', config, '--name', worker.name, '--secrets-file', secrets],
      // Else it works beside the modules, where another upload would take its files for modules, too.
      ...['--outdir', join(folder, 'out')],
      ...(kind.into === 'namespace'
        ? ['--dispatch-namespace', kind.namespace]
        : ['--tag', release, ...(commit === null ? [] : ['--message', `commit ${commit}`])]),
    ];
    const { code, output } = await runProgram(process.execPath, [wranglerProgram(), ...arguments_], {
      cwd: folder,
      timeoutMilliseconds: TIMEOUT_MILLISECONDS,
      env: {
        CLOUDFLARE_API_TOKEN: access.token,
        CLOUDFLARE_ACCOUNT_ID: access.accountId,
        CLOUDFLARE_API_BASE_URL: access.apiUrl,
        CLOUDFLARE_CF_FETCH_ENABLED: 'false',
        WRANGLER_SEND_METRICS: 'false',
        WRANGLER_LOG_PATH: join(folder, 'log'),
        WRANGLER_HIDE_BANNER: 'true',
        NODE_COMPILE_CACHE: join(REPOSITORY, 'node_modules/.cache/wrangler'),
        // No login of somebody who sits at this machine, no question, no colour.
        XDG_CONFIG_HOME: folder,
        CI: 'true',
        NO_COLOR: '1',
      },
    });
    if (code !== 0) {
      const said = access.redact(output).trimEnd().split('\n').slice(-SAID_LINES).join('\n');
      throw new Refusal(`wrangler could not upload ${worker.name}:\n${said}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the build notes for other tools is no part of a configuration; wrangler would warn of each. */
function forWrangler(config: BuiltConfig): object {
  const {
    configPath: _at,
    userConfigPath: _from,
    topLevelName: _name,
    definedEnvironments: _none,
    ...rest
  } = config;
  return { ...rest, base_dir: moduleFolder(config), find_additional_modules: true };
}

function wranglerProgram(): string {
  const folder = dirname(createRequire(join(REPOSITORY, 'package.json')).resolve('wrangler/package.json'));
  return join(folder, 'bin', 'wrangler.js');
}
