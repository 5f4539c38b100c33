/**
 * Which shellcheck there is: the machine's, or on Debian and its kin the package's own file, fetched without root into
 * node_modules/.cache. Nothing is installed, and nothing but that package is downloaded. Called by shell-scripts.ts.
 */
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const HOW_TO_INSTALL = 'Install it: sudo apt-get install shellcheck, or brew install shellcheck.';
/** For one command. A firewall that drops says nothing for much longer. */
const PATIENCE_MS = 60_000;

/** Path of the program, or why there is none. */
export type Found = { readonly program: string } | { readonly missing: string };

interface Options {
  readonly environment: NodeJS.ProcessEnv;
  /** Where the package's files are kept. */
  readonly cache: string;
}

export async function findShellcheck({ environment, cache }: Options): Promise<Found> {
  const program = onPath('shellcheck', environment) ?? cached(cache);
  if (program !== null) return { program };
  const aptGet = onPath('apt-get', environment);
  const dpkgDeb = onPath('dpkg-deb', environment);
  if (aptGet === null || dpkgDeb === null) return { missing: `There is no shellcheck. ${HOW_TO_INSTALL}` };
  await mkdir(dirname(cache), { recursive: true });
  const draft = await mkdtemp(`${cache}-`);
  try {
    const archive = await download(aptGet, draft, environment);
    const files = join(draft, 'files');
    await run(dpkgDeb, ['-x', archive, files], { env: environment, timeout: PATIENCE_MS });
    const absent = await missingLibraries(join(files, 'usr/bin/shellcheck'), environment);
    if (absent.length > 0) {
      const names = absent.join(', ');
      return { missing: `Debian's shellcheck does not run here without ${names}. ${HOW_TO_INSTALL}` };
    }
    // Two first runs at once: the second rename fails on the first one's folder, which is as good.
    await rename(files, cache).catch((error: unknown) => {
      if (cached(cache) === null) throw error;
    });
  } catch (error) {
    return { missing: `There is no shellcheck, and ${reasonOf(error)} ${HOW_TO_INSTALL}` };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return { program: join(cache, 'usr/bin/shellcheck') };
}

function onPath(name: string, { PATH = '' }: NodeJS.ProcessEnv): string | null {
  const files = PATH.split(delimiter).flatMap((folder) => (folder === '' ? [] : [join(folder, name)]));
  return files.find(isExecutable) ?? null;
}

function cached(cache: string): string | null {
  const file = join(cache, 'usr/bin/shellcheck');
  return isExecutable(file) ? file : null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Path of the package. The machine's lists of packages may be missing or old: then with lists of our own. */
async function download(aptGet: string, folder: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const options = { cwd: folder, env: { ...environment, LC_ALL: 'C.UTF-8' }, timeout: PATIENCE_MS };
  const common = join(folder, 'common.conf');
  await writeFile(common, configuration(folder, false));
  try {
    await run(aptGet, ['-qq', '-c', common, 'download', 'shellcheck'], options);
  } catch {
    const own = join(folder, 'own.conf');
    await writeFile(own, configuration(folder, true));
    await mkdir(join(folder, 'lists/partial'), { recursive: true });
    await run(aptGet, ['-qq', '-c', own, 'update'], options);
    await run(aptGet, ['-qq', '-c', own, 'download', 'shellcheck'], options);
  }
  const name = (await readdir(folder)).find((file) => file.endsWith('.deb'));
  if (name === undefined) throw new Error('apt-get download left no package.');
  return join(folder, name);
}

/** What apt may write lies in `folder`, and nothing that the machine hangs on to an update runs (apt.conf(5)). */
function configuration(folder: string, ownLists: boolean): string {
  const quoted = (path: string) => `"${join(folder, path)}"`;
  return [
    '#clear APT::Update::Pre-Invoke;',
    '#clear APT::Update::Post-Invoke;',
    '#clear APT::Update::Post-Invoke-Success;',
    ...(ownLists ? [`Dir::State::Lists ${quoted('lists')};`] : []),
    `Dir::Cache ${quoted('cache')};`,
    // A package cache is only of use to whoever asks twice.
    'Dir::Cache::pkgcache "";',
    'Dir::Cache::srcpkgcache "";',
    // The folder is ours: apt's own user may not write there.
    'APT::Sandbox::User "";',
    'Acquire::Languages "none";',
    'Acquire::Retries "1";',
    'Acquire::http::Timeout "5";',
    'Acquire::https::Timeout "5";',
    '',
  ].join('\n');
}

/** Names of shared libraries that it needs and this machine has not. */
async function missingLibraries(program: string, environment: NodeJS.ProcessEnv): Promise<string[]> {
  if (!existsSync(program)) throw new Error('the package has no usr/bin/shellcheck.');
  const ldd = onPath('ldd', environment);
  if (ldd === null) return [];
  const { stdout } = await run(ldd, [program], { env: environment, timeout: PATIENCE_MS });
  return stdout.split('\n').flatMap((line) => /^\s*(\S+) => not found/.exec(line)?.[1] ?? []);
}

/** One sentence about what went wrong with the package. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const said = 'stderr' in error ? String(error.stderr).trim() : '';
  const reason = said.split('\n').at(-1) || error.message;
  return `its package could not be fetched: ${reason.replace(/\.?$/, '.')}`;
}
