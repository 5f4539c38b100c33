/**
 * `npm run deploy:rehearse`: the whole deployment to stand-ins of Cloudflare, Supabase, GitHub and Google on this
 * machine, then the portals as the edge serves them, until Ctrl-C; `-- --exit` ends after the deployment, and
 * `-- --interrupted` kills it twice on its way. What else is given, the deployment is given: `-- --dry-run`.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from './local/build.ts';
import { createRunFolder, startPlatform } from './local/platform.ts';
import { onShutdown } from './local/processes.ts';
import { Refusal, runMain, runStep } from './local/steps.ts';
import { formatTable } from './local/table.ts';
import { readBuild } from './operator/deploy/build-output.ts';
import { deployTool } from './operator/deploy/deploy-tool.ts';
import { killDeployment } from './operator/deploy/interruption.ts';
import { BRAND_ZONE, PARTNER_DOMAIN, type Rehearsal, startRehearsal } from './operator/deploy/rehearsal.ts';
import { terminal } from './operator/terminal.ts';
import { runTool } from './operator/tool.ts';

const PORTALS = [
  ['Cozyartz Media Group, the operator', BRAND_ZONE],
  ['Partner One, below the operator’s domain', `partner1.${BRAND_ZONE}`],
  ['Partner SEO, on a domain of its own', PARTNER_DOMAIN],
] as const;
/** In the middle of uploads, and when visitors are about to be sent to what was uploaded. */
const KILLED_AT = ['tenants: upload partner-tenant', 'routes: route '];

const given = process.argv.slice(2);
const exit = given.includes('--exit');
const interrupted = given.includes('--interrupted');
const line = given.filter((argument) => argument !== '--exit' && argument !== '--interrupted');

const HELP = `npm run deploy:rehearse -- [options]

Deploys to stand-ins of Cloudflare, Supabase, GitHub and Google on this machine, then serves the portals until Ctrl-C.

  --interrupted   the deployment is killed twice (SIGKILL) on its way, and goes on
  --exit          ends after the deployment
  --help          shows this

What else is given, the deployment is given, such as --dry-run: ./scripts/deploy-multi-tenant.sh --help
`;

const open: { stop: () => Promise<void> } = { stop: async () => {} };
const shutdown = onShutdown(() => open.stop());

runMain(async () => {
  if (given.includes('--help')) {
    process.stdout.write(HELP);
    return shutdown.end(0);
  }
  if (interrupted && line.includes('--dry-run'))
    throw new Refusal('Either --interrupted or --dry-run: what changes nothing has nothing to go on with.');
  process.env['TMPDIR'] = createRunFolder('rehearse');
  const rehearsal = await runStep(
    'Cloudflare, Supabase, GitHub, Google and a database of this machine',
    start,
  );
  if ((await readBuild()) === null) await runStep('Build', () => build('error'));
  const deployment = [...rehearsal.line, '--yes', ...line];
  if (interrupted) for (const at of KILLED_AT) await interrupt(rehearsal, deployment, at);
  const code = await runTool(deployTool, deployment, { ...terminal, env: rehearsal.env });
  if (code !== 0 || exit || line.includes('--dry-run')) return shutdown.end(code);
  console.log(describePortals(rehearsal));
  console.log(await describePractice(rehearsal));
}, shutdown);

async function start(): Promise<Rehearsal> {
  const platform = await startPlatform();
  open.stop = () => platform.stop();
  const rehearsal = await startRehearsal({ platform });
  open.stop = async () => {
    await rehearsal.close();
    await platform.stop();
  };
  await rehearsal.openPartnerDomain();
  return rehearsal;
}

async function interrupt({ env }: Rehearsal, deployment: readonly string[], at: string): Promise<void> {
  const { killed, said } = await killDeployment(deployment, env, at);
  process.stderr.write(said);
  if (!killed) throw new Refusal(`The deployment ended before it came to “${at}”.`);
  process.stderr.write('✗ Killed here (SIGKILL). The same command goes on:\n\n');
}

function describePortals(rehearsal: Rehearsal): string {
  const portals = PORTALS.map(([name, hostname]) => [rehearsal.origin(hostname), name]);
  return `
Open one of them in a browser of this machine:

${formatTable(portals).replaceAll(/^/gm, '  ')}

  Continue with GitHub or Google, and pick Ada Lovelace: each portal has an invitation for her, as its admin. Grace
  Hopper comes without one, as a client. Ctrl-C ends it, and nothing of it stays.`;
}

/** What an operator's terminal has, so that docs/operations.md can be tried on this installation. */
async function describePractice({ env, line: given, folder }: Rehearsal): Promise<string> {
  const file = join(folder, 'rehearsal.env');
  const lines = Object.entries(env).map(([name, value]) => `export ${name}='${value}'\n`);
  await writeFile(file, lines.join(''), { mode: 0o600 });
  return `
To practise what docs/operations.md says, in another terminal:

  . ${file}
  npm run suspend-tenant -- partner1
  ./scripts/deploy-multi-tenant.sh ${given.join(' ')}`;
}
