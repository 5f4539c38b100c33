/** The production build and what it weighs. Called by build.ts, preview.ts and test.ts. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { createBuilder, type LogLevel } from 'vite';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
/** What a visitor's browser must load before the first page can work, compressed. */
export const INITIAL_SCRIPT_BUDGET_BYTES = 130_000;

export interface BuildReport {
  /** Scripts that index.html asks for, with their compressed size. */
  readonly initialScripts: readonly { readonly file: string; readonly bytes: number }[];
  readonly initialBytes: number;
  readonly withinBudget: boolean;
}

export async function build(logLevel: LogLevel = 'warn'): Promise<BuildReport> {
  const builder = await createBuilder({ configFile: join(REPOSITORY, 'vite.config.ts'), logLevel });
  await builder.buildApp();
  // The plugin copies a developer's keys beside the Workers for its own preview: they have no place in a build.
  const dist = join(REPOSITORY, 'dist');
  for (const folder of readdirSync(dist)) rmSync(join(dist, folder, '.dev.vars'), { force: true });
  return weighInitialScripts(join(dist, 'client'));
}

export function weighInitialScripts(client: string): BuildReport {
  const html = readFileSync(join(client, 'index.html'), 'utf8');
  const initialScripts = findInitialScripts(html).map((file) => ({
    file,
    bytes: gzipSync(readFileSync(join(client, file)), { level: 9 }).length,
  }));
  const initialBytes = initialScripts.reduce((sum, { bytes }) => sum + bytes, 0);
  return { initialScripts, initialBytes, withinBudget: initialBytes <= INITIAL_SCRIPT_BUDGET_BYTES };
}

/** Module scripts and what is preloaded for them, in the order of the page. */
export function findInitialScripts(html: string): string[] {
  const tags = html.match(/<(?:script|link)\b[^>]*>/g) ?? [];
  return tags.flatMap((tag) => {
    const source = /\bsrc="([^"]+)"/.exec(tag)?.[1];
    if (tag.startsWith('<script') && source) return [source];
    const preloaded = /\brel="modulepreload"/.test(tag) ? /\bhref="([^"]+)"/.exec(tag)?.[1] : undefined;
    return preloaded ? [preloaded] : [];
  });
}

export function describeBuild({ initialBytes, initialScripts, withinBudget }: BuildReport): string {
  const size = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
  const sum = `initial JavaScript ${size(initialBytes)} gzip in ${initialScripts.length} files, budget ${size(INITIAL_SCRIPT_BUDGET_BYTES)}`;
  return withinBudget
    ? sum
    : [`${sum}: too much`, ...initialScripts.map(({ file, bytes }) => `  ${file} ${size(bytes)}`)].join('\n');
}
