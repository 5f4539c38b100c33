/**
 * A Chromium without a download: an installed one, else the one that comes inside an npm package (Linux x64). Called
 * by playwright.config.ts
 * and by tests that open one page.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from '@playwright/test';

/** Root and many containers cannot use Chromium's sandbox; nothing but our own pages is opened. */
export const UNSANDBOXED = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'];

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
/** In step with package.json: the package takes over an unpacked browser of any version. */
const PACKAGED_VERSION = '153.0.0';

/** Opens a browser of its own for `work`, and leaves this process's environment as it was. */
export async function withChromium<Value>(work: (browser: Browser) => Promise<Value>): Promise<Value> {
  const before = { ...process.env };
  const executablePath = await findChromium();
  const env = { ...process.env } as Record<string, string>;
  for (const name of Object.keys(env)) if (!(name in before)) delete process.env[name];
  Object.assign(process.env, before);
  const { chromium } = await import('@playwright/test');
  const browser = await chromium.launch({ executablePath, env, args: [...UNSANDBOXED] });
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

/** Path of the executable. `CHROMIUM_PATH` comes first, and must exist. */
export async function findChromium(): Promise<string> {
  const chosen = process.env['CHROMIUM_PATH'];
  if (chosen) {
    if (existsSync(chosen)) return chosen;
    throw new Error(`CHROMIUM_PATH names ${chosen}, which is not there.`);
  }
  const installed = INSTALLED.find((path) => existsSync(path));
  return installed ?? (await unpackChromium());
}

async function unpackChromium(): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('No Chromium found: install one, or name it by CHROMIUM_PATH.');
  }
  const folder = fileURLToPath(
    new URL(`../../node_modules/.cache/chromium-${PACKAGED_VERSION}`, import.meta.url),
  );
  mkdirSync(folder, { recursive: true });
  // Makes the package unpack its own shared libraries (libnss3 and others) and set LD_LIBRARY_PATH.
  process.env['AWS_LAMBDA_JS_RUNTIME'] ??= 'nodejs24.x';
  const temporary = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  try {
    const { default: chromium } = await import('@sparticuz/chromium');
    chromium.setGraphicsMode = false;
    const executable = await chromium.executablePath();
    process.env['FONTCONFIG_FILE'] = writeFontConfiguration(folder);
    return executable;
  } finally {
    if (temporary === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = temporary;
  }
}

/**
 * The package brings a font, and a configuration that looks for it in another folder: text without any font has no
 * height, and counts as hidden. The machine's own fonts come first.
 */
function writeFontConfiguration(folder: string): string {
  const file = join(folder, 'fonts.conf');
  const path = folder.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const text = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>/usr/share/fonts</dir>
  <dir>${path}/fonts</dir>
  <cachedir>${path}/fonts-cache</cachedir>
</fontconfig>
`;
  writeFileSync(file, text);
  return file;
}
