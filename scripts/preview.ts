/**
 * `npm run preview`: the production build on the embedded platform, at port 8787, on a fresh database that is gone
 * afterwards. Options: `--port 8787`, `--no-build` to take what is in dist/.
 */
import { parseArgs } from 'node:util';
import { build, describeBuild } from './local/build.ts';
import { openFrontDoor } from './local/front-door.ts';
import { startPlatform } from './local/platform.ts';
import { startPortal } from './local/portal.ts';
import { describePortals, readPortals } from './local/portal-table.ts';
import { describePortInUse, isPortFree } from './local/ports.ts';
import { onShutdown } from './local/processes.ts';
import { Refusal, runMain, runStep } from './local/steps.ts';
import { formatSeconds } from './local/table.ts';

const closers: (() => Promise<void>)[] = [];
const shutdown = onShutdown(async () => {
  if (closers.length > 0) console.log('\nStopping…');
  for (const close of closers.toReversed()) {
    // One that does not close must not keep the others open.
    await close().catch((error: unknown) => console.error(error));
  }
});

async function main(): Promise<void> {
  const started = performance.now();
  const { values: flags } = parseArgs({
    options: { port: { type: 'string', default: '8787' }, 'no-build': { type: 'boolean', default: false } },
  });
  const port = Number(flags.port);
  if (!(await isPortFree(port))) throw new Refusal(await describePortInUse(port, 'the portals'));

  if (!flags['no-build']) await runStep('Build', async (note) => note(describeBuild(await build())));
  const platform = await runStep('Postgres 17 with the demo tenants', () => startPlatform());
  closers.push(() => platform.stop());
  const stack = await runStep('Data API, GitHub and Google', () => platform.createStack());
  closers.push(() => stack.close());
  await runStep('Pages and Workers', async () => {
    const portal = await startPortal({ stack });
    closers.push(() => portal.close());
    const door = await openFrontDoor({ target: portal.port, port });
    closers.push(() => door.close());
    await stack.openPort(port);
  });

  const portals = await readPortals(stack.sql);
  const { databaseUrl, supabaseUrl, mailbox } = stack;
  console.log(describePortals({ portals, port, databaseUrl, supabaseUrl, mailDirectory: mailbox.directory }));
  console.log(`\n  Ready in ${formatSeconds(performance.now() - started)}. Ctrl-C stops everything.\n`);
}

runMain(main, shutdown);
