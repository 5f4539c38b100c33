/**
 * `npm run check`: what can be judged without running the product. Types, lint and format, import rules, generated
 * types, shell scripts, the database's advisors. Ends with `N passed, N failed`.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findDrift, generateDatabaseFile, generateWorkerTypes } from './local/generated-types.ts';
import { findAdvisories } from './local/migrations.ts';
import { type Platform, startPlatform } from './local/platform.ts';
import { onShutdown, runCommand } from './local/processes.ts';
import { checkShellScripts, type Judgement } from './local/shell-scripts.ts';
import { formatSeconds } from './local/table.ts';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));
const FOLDERS = ['contract', 'worker-dispatcher', 'worker-tenant', 'web', 'scripts'];

interface Check {
  readonly name: string;
  /** Answers what is wrong; an empty text is what we want. */
  readonly run: () => Promise<Judgement>;
}

async function runTool(name: string, ...arguments_: string[]): Promise<string> {
  const { code, output } = await runCommand(join(REPOSITORY, 'node_modules/.bin', name), arguments_, {
    cwd: REPOSITORY,
  });
  // dependency-cruiser cannot use TypeScript 7 and says so each time; it parses with swc.
  const said = output.replace(/\n‼ missing-tsc-transpiler[\s\S]*$/, '').trim();
  return code === 0 ? '' : said || `${name} ended with ${code}`;
}

async function describeDrift(files: Parameters<typeof findDrift>[0]): Promise<string> {
  const changed = await findDrift(files);
  return changed.map((path) => `${path} is not what would be generated now: npm run types`).join('\n');
}

function checksOf(platform: Promise<Platform>): Check[] {
  const withDatabase = async <T>(use: (url: string) => Promise<T>): Promise<T> => {
    const { createDatabase, dropDatabase } = await platform;
    const url = await createDatabase();
    try {
      return await use(url);
    } finally {
      await dropDatabase(url);
    }
  };
  return [
    { name: 'Types', run: () => runTool('tsc', '--build') },
    {
      name: 'Lint and format',
      run: () => runTool('biome', 'check', '--error-on-warnings', '--max-diagnostics=50', '--colors=off'),
    },
    { name: 'Import rules', run: () => runTool('depcruise', ...FOLDERS) },
    { name: 'Generated types of the Workers', run: async () => describeDrift(await generateWorkerTypes()) },
    {
      name: 'Shell scripts',
      run: () =>
        checkShellScripts({
          folder: REPOSITORY,
          environment: process.env,
          cache: join(REPOSITORY, 'node_modules/.cache/shellcheck'),
        }),
    },
    {
      name: 'Generated types of the database',
      run: () => withDatabase(async (url) => describeDrift([await generateDatabaseFile(url)])),
    },
    {
      name: "The database's advisors",
      run: () =>
        withDatabase(async (url) => {
          const findings = await findAdvisories(url);
          return findings.map(({ level, name, detail }) => `${level} ${name}: ${detail}`).join('\n');
        }),
    },
  ];
}

async function main(): Promise<void> {
  const platform = startPlatform();
  // Each check that needs it meets its failure; here it only must not be unhandled.
  platform.catch(() => {});
  const stop = async () => {
    await platform.then((started) => started.stop()).catch(() => {});
  };
  onShutdown(stop);
  const outcomes = await Promise.all(
    checksOf(platform).map(async ({ name, run }) => {
      const started = performance.now();
      const judgement = await run().catch((error: unknown) =>
        String(error instanceof Error ? error.message : error),
      );
      if (typeof judgement !== 'string') {
        console.log(`Not tested: ${name.toLowerCase()}. ${judgement.leftOut}`);
        return 'left out';
      }
      const outcome = judgement === '' ? 'passed' : 'failed';
      console.log(
        `${outcome === 'passed' ? '✓' : '✗'} ${name} (${formatSeconds(performance.now() - started)})`,
      );
      if (judgement !== '') console.log(judgement.replace(/^/gm, '    '));
      return outcome;
    }),
  );
  await stop();
  const count = (outcome: (typeof outcomes)[number]) => outcomes.filter((one) => one === outcome).length;
  const failed = count('failed');
  console.log(`${count('passed')} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

await main();
