/**
 * The release before this tree's: the commit that production runs, by scripts/previous-release, built from git's history
 * with its own scripts. Its Workers and its migrations are kept in node_modules/.cache, by commit. Called by the tests of
 * this folder.
 */
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unstable_readConfig } from 'wrangler';
import { z } from 'zod';
import { createRunFolder } from '../local/platform.ts';
import { runCommand } from '../local/processes.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = join(REPOSITORY, 'node_modules/.cache/marquee-releases');
const POINTER = 'scripts/previous-release';
const JOBS_CONFIG = 'worker-tenant/wrangler.jobs.jsonc';

export interface Release {
  /** Forty digits. */
  readonly commit: string;
  /** What its `npm run build` wrote: `worker_dispatcher/`, `worker_tenant/`, `worker_jobs/`, `client/`. */
  readonly build: string;
  /** A folder that holds its `supabase/`: migrations, seed, config.toml. */
  readonly database: string;
}

/** The previous release, built when it is not there yet: 15 s, and a minute more when its libraries were others. */
export async function preparePreviousRelease(): Promise<Release> {
  const commit = await readPreviousCommit();
  const kept = join(CACHE, commit);
  if (!existsSync(kept)) await keepRelease(commit, kept);
  return { commit, build: join(kept, 'dist'), database: kept };
}

/** The commit of scripts/previous-release; throws when this clone does not have it. */
export async function readPreviousCommit(repository = REPOSITORY): Promise<string> {
  const commit = (await readFile(join(repository, POINTER), 'utf8')).trim();
  if (!/^[0-9a-f]{40}$/.test(commit)) throw new Error(`${POINTER} is one line: the 40 digits of a commit.`);
  const found = await runCommand('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: repository });
  if (found.code === 0) return commit;
  throw new Error(
    `This clone does not have the previous release, commit ${commit} of ${POINTER}: \`git fetch --unshallow\`, or \`git fetch origin ${commit}\`. Without git's history there is nothing to compare with.`,
  );
}

/**
 * The sources of a commit in `directory`, with the libraries that it names; the clone's own where they are the same. With
 * `tools` its tools have to be the same, too: else they are installed for it, which takes a minute.
 */
export async function checkOutRelease(
  commit: string,
  directory: string,
  { tools = false }: { readonly tools?: boolean } = {},
): Promise<void> {
  const archive = `${directory}.tar`;
  await mkdir(directory, { recursive: true });
  await run('git', ['archive', '--format=tar', `--output=${archive}`, commit], REPOSITORY);
  await run('tar', ['-xf', archive, '-C', directory], REPOSITORY);
  await rm(archive);
  const lockOf = async (folder: string) =>
    lockSchema.parse(JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8')));
  if (hasLibrariesOf(await lockOf(REPOSITORY), await lockOf(directory), { tools })) {
    await symlink(join(REPOSITORY, 'node_modules'), join(directory, 'node_modules'));
  } else {
    await run('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], directory);
  }
}

const lockSchema = z.object({
  packages: z.record(z.string(), z.object({ version: z.string().optional(), dev: z.boolean().optional() })),
});
export type Lock = z.infer<typeof lockSchema>;

/** Whether all that `before` ships with is installed by `now` in the same version. Tools may differ, without `tools`. */
export function hasLibrariesOf(
  now: Lock,
  before: Lock,
  { tools = false }: { readonly tools?: boolean } = {},
): boolean {
  return Object.entries(before.packages).every(
    ([name, { version, dev }]) =>
      name === '' || (dev === true && !tools) || now.packages[name]?.version === version,
  );
}

/** Whole or not at all: it is moved to its place when it is finished. Of two who build at once, the first one stays. */
async function keepRelease(commit: string, kept: string): Promise<void> {
  const sources = join(createRunFolder('release'), 'sources');
  await checkOutRelease(commit, sources);
  await run(process.execPath, ['scripts/build.ts'], sources);
  await buildJobs(sources);
  await mkdir(CACHE, { recursive: true });
  const unfinished = await mkdtemp(join(CACHE, 'unfinished-'));
  for (const name of ['dist', 'supabase'])
    await cp(join(sources, name), join(unfinished, name), { recursive: true });
  await rename(unfinished, kept).catch(async (error: unknown) => {
    await rm(unfinished, { recursive: true, force: true });
    if (!existsSync(kept)) throw error;
  });
  await rm(dirname(sources), { recursive: true, force: true });
}

/** Releases whose build leaves the jobs Worker out have it bundled by wrangler. */
async function buildJobs(sources: string): Promise<void> {
  const output = join(sources, 'dist/worker_jobs');
  if (existsSync(output)) return;
  const wrangler = join(sources, 'node_modules/wrangler/bin/wrangler.js');
  const config = join(sources, JOBS_CONFIG);
  await run(process.execPath, [wrangler, 'deploy', '--dry-run', '--outdir', output, '-c', config], sources);
  const { name, main, compatibility_date, compatibility_flags } = unstable_readConfig({ config });
  const built = main?.replace(/^.*\/([^/]+)\.tsx?$/, '$1.js');
  await writeFile(
    join(output, 'wrangler.json'),
    JSON.stringify({ name, main: built, compatibility_date, compatibility_flags, no_bundle: true }),
  );
}

/** For its scripts, as on a terminal: what Vitest sets would leave React's development build in dist/. */
export const PLAIN_ENVIRONMENT: NodeJS.ProcessEnv = {
  ...{ NODE_ENV: undefined, VITEST: undefined, TEST: undefined, DEV: undefined, PROD: undefined },
  ...{ WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false' },
};

async function run(command: string, arguments_: readonly string[], cwd: string): Promise<void> {
  const { code, output } = await runCommand(command, arguments_, { cwd, env: PLAIN_ENVIRONMENT });
  if (code !== 0)
    throw new Error(`${command} ${arguments_.slice(0, 2).join(' ')} ends with ${code}:\n${output}`);
}
