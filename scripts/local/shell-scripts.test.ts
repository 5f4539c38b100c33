/** Shell scripts are judged by shellcheck wherever there is one to be had, and it is said where there is none. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkShellScripts, findShellScripts } from './shell-scripts.ts';
import { findShellcheck } from './shellcheck.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const GIT = execFileSync('/bin/sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'marquee-shell-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A folder of programs to be the whole PATH: git, and these shell scripts. */
function machineWith(programs: Record<string, string> = {}): NodeJS.ProcessEnv {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  symlinkSync(GIT, join(bin, 'git'));
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return { PATH: bin, CI: undefined };
}

/** A new clone with these files in it, the first of them committed. */
function cloneWith(files: Record<string, string>): string {
  const clone = join(folder, 'clone');
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(clone, name, '..'), { recursive: true });
    writeFileSync(join(clone, name), text);
  }
  execFileSync(GIT, ['init', '-q', clone]);
  execFileSync(GIT, ['-C', clone, 'add', Object.keys(files)[0] ?? '']);
  return clone;
}

/** As Debian's: unpacking puts the program, which says what it was given, into usr/bin. */
const DPKG_DEB = '/bin/mkdir -p "$3/usr/bin" && /bin/cp "$2" "$3/usr/bin/shellcheck"';
const PACKAGED = '#!/bin/sh\\necho "packaged: $*"; exit 1\\n';
/** Knows no package before its lists are there, as on a machine whose lists were removed. */
const APT_GET = `
case "$*" in
  *update) echo > listed ;;
  *download*) [ -e listed ] || exit 100; printf '${PACKAGED}' > shellcheck_1_all.deb; /bin/chmod +x *.deb ;;
esac`;

test('scripts are found by their name and by their first line', async () => {
  const clone = cloneWith({
    run: '#!/bin/sh\n',
    'tools/deploy.sh': '#!/usr/bin/env bash\n',
    'tools/no-shebang.sh': 'true\n',
    other: '#! /usr/bin/bash -e\n',
    'node.mjs': '#!/usr/bin/env node\n// sh\n',
    'text.md': 'a #!/bin/sh in the middle\n',
    'z.zsh': '#!/bin/zsh\n',
    'ignored/x.sh': '',
    '.gitignore': 'ignored\n',
  });
  expect(await findShellScripts(clone, process.env)).toEqual([
    'other',
    'run',
    'tools/deploy.sh',
    'tools/no-shebang.sh',
  ]);
  expect(await findShellScripts(REPOSITORY, process.env)).toEqual(
    expect.arrayContaining(['.ci/run', 'scripts/deploy-multi-tenant.sh']),
  );
});

test('a mistake in sh and one in bash are named, with their files', async () => {
  const clone = cloneWith({
    'good.sh': '#!/bin/sh\necho "$1"\n',
    'bad.sh': '#!/bin/sh\n[[ -n "$1" ]]\n',
    bad: '#!/usr/bin/env bash\nrm -- $1\n',
  });
  const cache = join(REPOSITORY, 'node_modules/.cache/shellcheck');
  const environment = { ...process.env, CI: undefined, SHELLCHECK_OPTS: '--exclude=SC2086' };
  const judgement = await checkShellScripts({ folder: clone, environment, cache });
  if (typeof judgement !== 'string') {
    // A machine that cannot have it.
    expect(judgement.leftOut).toContain('Install it');
    return;
  }
  expect(judgement).toContain('In bad.sh line 2');
  expect(judgement).toContain('SC3010');
  expect(judgement).toContain('In bad line 2');
  expect(judgement).toContain('SC2086');
  expect(judgement).not.toContain('good.sh');
  rmSync(join(clone, 'bad'));
  rmSync(join(clone, 'bad.sh'));
  expect(await checkShellScripts({ folder: clone, environment, cache })).toBe('');
});

test('without shellcheck and without apt it says how to install it; on a CI server that is a failure', async () => {
  const environment = machineWith();
  const options = { folder: cloneWith({ 'run.sh': 'true\n' }), cache: join(folder, 'cache/shellcheck') };
  const judgement = await checkShellScripts({ ...options, environment });
  expect(judgement).toEqual({
    leftOut: expect.stringMatching(/^There is no shellcheck\. Install it: .*apt-get/),
  });
  expect(await checkShellScripts({ ...options, environment: { ...environment, CI: 'true' } })).toMatch(
    /^There is no shellcheck\./,
  );
});

test("on Debian the package's own file is fetched once, with lists of our own where the machine has none", async () => {
  const environment = machineWith({ 'apt-get': APT_GET, 'dpkg-deb': DPKG_DEB });
  const cache = join(folder, 'cache/shellcheck');
  const clone = cloneWith({ 'run.sh': 'true\n' });
  const packaged = 'packaged: --norc --color=never -- run.sh';
  expect(await checkShellScripts({ folder: clone, environment, cache })).toBe(packaged);
  expect(readdirSync(join(folder, 'cache')), 'drafts are gone').toEqual(['shellcheck']);
  rmSync(join(folder, 'bin/apt-get'));
  expect(await checkShellScripts({ folder: clone, environment, cache })).toBe(packaged);
});

test('a library that the machine has not is named, and the package is not kept', async () => {
  const environment = machineWith({
    'apt-get': APT_GET,
    'dpkg-deb': DPKG_DEB,
    ldd: 'printf "\\tlibgmp.so.10 => not found\\n\\tlibc.so.6 => /lib/libc.so.6 (0x1)\\n"',
  });
  const cache = join(folder, 'cache/shellcheck');
  expect(await findShellcheck({ environment, cache })).toEqual({
    missing: expect.stringContaining('does not run here without libgmp.so.10. Install it'),
  });
  expect(existsSync(cache)).toBe(false);
});

test('a network that is away is told in the words of apt', async () => {
  const environment = machineWith({
    'apt-get': 'echo "E: Unable to fetch some archives" >&2; exit 100',
    'dpkg-deb': DPKG_DEB,
  });
  const found = await findShellcheck({ environment, cache: join(folder, 'cache/shellcheck') });
  expect(found).toEqual({
    missing: expect.stringContaining('could not be fetched: E: Unable to fetch some archives. Install it'),
  });
});
