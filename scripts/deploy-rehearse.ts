/**
 * `npm run deploy:rehearse`: the whole deployment to stand-ins of Cloudflare and Supabase on this machine, then the
 * portals as the edge serves them, until Ctrl-C; `-- --exit` ends after the deployment. What else is given, the deployment
 * is given: `-- --dry-run`.
 */

import { build } from './local/build.ts';
import { createRunFolder, startPlatform } from './local/platform.ts';
import { onShutdown } from './local/processes.ts';
import { runMain, runStep } from './local/steps.ts';
import { readBuild } from './operator/deploy/build-output.ts';
import { deployTool } from './operator/deploy/deploy-tool.ts';
import { type Rehearsal, startRehearsal } from './operator/deploy/rehearsal.ts';
import { terminal } from './operator/terminal.ts';
import { runTool } from './operator/tool.ts';

const PORTALS = ['cozyartzmedia.com', 'partner1.cozyartzmedia.com'];
const given = process.argv.slice(2);
const exit = given.includes('--exit');
const line = given.filter((argument) => argument !== '--exit');

const open: { stop: () => Promise<void> } = { stop: async () => {} };
const shutdown = onShutdown(() => open.stop());

runMain(async () => {
  process.env['TMPDIR'] = createRunFolder('rehearse');
  const rehearsal = await runStep('Cloudflare, Supabase and a database of this machine', start);
  if ((await readBuild()) === null) await runStep('Build', () => build('error'));
  const code = await runTool(deployTool, [...rehearsal.line, '--yes', ...line], {
    ...terminal,
    env: rehearsal.env,
  });
  if (code !== 0 || exit) return shutdown.end(code);
  const { port } = rehearsal.cloudflare.edge;
  const asked = PORTALS.map((name) => `  curl -H 'Host: ${name}' http://127.0.0.1:${port}/sign-in`);
  console.log(
    `\nThe edge is at http://127.0.0.1:${port} and tells portals apart by Host:\n\n${asked.join('\n')}\n\n  Ctrl-C ends it.`,
  );
}, shutdown);

async function start(): Promise<Rehearsal> {
  const platform = await startPlatform();
  open.stop = () => platform.stop();
  const rehearsal = await startRehearsal({ platform });
  open.stop = async () => {
    await rehearsal.close();
    await platform.stop();
  };
  return rehearsal;
}
