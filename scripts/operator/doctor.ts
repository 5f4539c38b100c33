/** `npm run doctor`: is this installation healthy? Looks at everything from outside and changes nothing. */
import { Refusal } from '../local/steps.ts';
import { formatTable } from '../local/table.ts';
import { CLOUDFLARE_API, CloudflareClient } from './cloudflare-client.ts';
import {
  DEFAULT_CONFIG_FILE,
  type DeployEnvironment,
  ENVIRONMENTS,
  environmentOf,
  isEnvironmentName,
  readDeployConfig,
} from './deploy/deploy-config.ts';
import { providerVars } from './deploy/providers.ts';
import type { SmokeTarget } from './deploy/smoke-test.ts';
import { clientChecks } from './doctor/client-checks.ts';
import { databaseChecks } from './doctor/database-checks.ts';
import { readDeployedOnce } from './doctor/deployed.ts';
import { directoryChecks } from './doctor/directory-checks.ts';
import {
  type Check,
  describeFailure,
  type Finding,
  fail,
  GROUPS,
  type Group,
  runChecks,
  warn,
} from './doctor/findings.ts';
import { type Installation, readInstallation } from './doctor/installation.ts';
import { keyChecks } from './doctor/key-checks.ts';
import { releaseChecks } from './doctor/release-checks.ts';
import { routeChecks } from './doctor/route-checks.ts';
import { scriptChecks } from './doctor/script-checks.ts';
import { tenantChecks } from './doctor/tenant-checks.ts';
import { readSecrets } from './installation-secrets.ts';
import type { Tool, ToolRun } from './tool.ts';

const OPTIONS = {
  'secrets-file': { type: 'string', value: 'FILE', help: 'the secrets document, to check the keys' },
  env: { type: 'string', value: 'NAME', help: `${ENVIRONMENTS.join(' or ')}, as deploy.config.json has it` },
  config: { type: 'string', value: 'FILE', help: `${DEFAULT_CONFIG_FILE} when left out` },
  only: { type: 'string', value: 'GROUPS', help: `some of ${GROUPS.join(',')}` },
  tenant: { type: 'string', value: 'ID', help: 'only this tenant’s hostnames' },
} as const;

type Run = ToolRun<typeof OPTIONS>;

export const doctorTool: Tool<typeof OPTIONS> = {
  name: 'doctor',
  summary:
    'Checks an installation: database, keys, every tenant’s portal, releases, routes, KV. Ends with 1 when something fails.',
  options: OPTIONS,
  environment: {
    MARQUEE_SECRETS: 'the secrets document itself, without --secrets-file',
    SUPABASE_URL: 'where the Data API is, without --env',
    CLOUDFLARE_API_TOKEN: 'with --env: to look at releases, the namespace, routes and KV',
    MARQUEE_EDGE: 'for one machine: http://127.0.0.1:PORT, dialled instead of the hostnames',
  },
  async run(run) {
    const groups = readGroups(run.options.only);
    const checks = await chooseChecks(run, groups);
    const found = await runChecks(checks.filter(({ group }) => groups.has(group)));
    const count = (level: Finding['level']) => found.filter((finding) => finding.level === level).length;
    const [failed, warned] = [count('fail'), count('warn')];
    return {
      data: { healthy: failed === 0, failed, warned, findings: found },
      text: report(found, failed, warned),
      failed: failed > 0,
    };
  },
};

function readGroups(given: string | undefined): ReadonlySet<Group> {
  if (given === undefined) return new Set(GROUPS);
  const names = given.split(',');
  const groups = GROUPS.filter((group) => names.includes(group));
  if (groups.length !== names.length) throw new Refusal(`--only takes some of ${GROUPS.join(',')}.`);
  return new Set(groups);
}

async function chooseChecks(run: Run, groups: ReadonlySet<Group>): Promise<Check[]> {
  const { options, world, transact } = run;
  const environment = await readEnvironment(run);
  const target: SmokeTarget = {
    edge: readEdge(world.env['MARQUEE_EDGE']),
    dispatcher: environment?.names.dispatcher ?? '',
  };
  const address = world.env['DATABASE_URL'] ?? '';
  let installation: Installation;
  try {
    installation = await transact(readInstallation);
  } catch (error) {
    const words = describeFailure(error);
    if (words === null) throw error;
    const todo = 'DATABASE_URL takes the database as its owner, by its direct connection.';
    const unreadable = said('database', fail('Database', words, todo));
    const answers = await transact((sql) => sql`select 1`).catch(() => null);
    // A schema that is behind can still be judged as that; nothing else can.
    return answers === null ? [unreadable] : [unreadable, ...databaseChecks(address, transact)];
  }
  if (options.tenant !== undefined && !installation.hosts.some(({ tenantId }) => tenantId === options.tenant))
    throw new Refusal(`There is no tenant ${options.tenant} with a verified hostname.`);
  return [
    ...databaseChecks(address, transact),
    ...(groups.has('keys') ? await chooseKeyChecks(run, { installation, target, environment }) : []),
    ...tenantChecks(installation, target, options.tenant),
    ...chooseCloudflareChecks(run, installation, environment),
  ];
}

interface Known {
  readonly installation: Installation;
  readonly target: SmokeTarget;
  readonly environment: DeployEnvironment | null;
}

async function chooseKeyChecks({ options, world, transact }: Run, known: Known): Promise<Check[]> {
  const file = options['secrets-file'];
  if (file === undefined && !world.env['MARQUEE_SECRETS'])
    return [said('keys', warn('Secrets document', 'not checked: none was named', '--secrets-file FILE'))];
  try {
    const { secrets } = await readSecrets({ env: world.env, ask: null }, file);
    const supabaseUrl = known.environment?.supabaseUrl ?? (world.env['SUPABASE_URL'] || null);
    return [
      ...keyChecks({ secrets, supabaseUrl, ...known }),
      ...clientChecks(
        secrets,
        { ...providerVars(known.environment?.providers ?? {}), ...world.env },
        transact,
      ),
    ];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return [said('keys', fail('Secrets document', error.message, 'Mend the document, or name another.'))];
  }
}

function chooseCloudflareChecks(
  { options, world: { env }, transact }: Run,
  installation: Installation,
  environment: DeployEnvironment | null,
): Check[] {
  const { hosts, workers } = installation;
  const token = env['CLOUDFLARE_API_TOKEN'];
  if (environment === null || !token) {
    const todo = 'Give --env, and CLOUDFLARE_API_TOKEN.';
    const unseen = (about: string) => warn(about, 'not looked at: no access to Cloudflare', todo);
    return [said('workers', unseen('Releases and routes')), said('directory', unseen('KV'))];
  }
  const { accountId, namespace } = environment;
  const url = env['CLOUDFLARE_API_BASE_URL'] ?? CLOUDFLARE_API;
  const cloudflare = new CloudflareClient({ url, token, accountId });
  const deployed = readDeployedOnce(cloudflare, environment);
  const own = hosts.filter(({ tenantId }) => tenantId === options.tenant);
  const hostnames = options.tenant === undefined ? null : own.map(({ hostname }) => hostname);
  return [
    ...releaseChecks(environment, deployed, transact),
    ...scriptChecks(namespace, workers, deployed),
    ...routeChecks(installation, cloudflare, environment),
    ...directoryChecks({ cloudflare, environment, deployed, transact, hostnames }),
  ];
}

function said(group: Group, finding: Finding): Check {
  return { group, about: finding.about, seconds: 1, run: async () => [finding] };
}

async function readEnvironment({ options }: Run): Promise<DeployEnvironment | null> {
  if (options.env === undefined) return null;
  if (!isEnvironmentName(options.env)) throw new Refusal(`--env takes ${ENVIRONMENTS.join(' or ')}.`);
  return environmentOf(await readDeployConfig(options.config ?? DEFAULT_CONFIG_FILE), options.env);
}

function readEdge(address: string | undefined): URL | null {
  if (!address) return null;
  const url = URL.parse(address);
  if (url === null || url.protocol !== 'http:' || url.hostname !== '127.0.0.1')
    throw new Refusal('MARQUEE_EDGE is for one machine: http://127.0.0.1:PORT.');
  return url;
}

function report(found: readonly Finding[], failed: number, warned: number): string {
  const lines = formatTable(found.map(({ level, about, words }) => [level, about, words]));
  const todos = found.flatMap(({ level, about, todo }) =>
    todo === undefined ? [] : [`  ${level}  ${about}: ${todo}`],
  );
  const verdict =
    failed === 0
      ? `Healthy: ${found.length - warned} of ${found.length} as they should be${warned === 0 ? '' : `, ${warned} to look at`}.`
      : `Not healthy: ${failed} of ${found.length} failed${warned === 0 ? '' : `, ${warned} to look at`}.`;
  return [lines, ...(todos.length === 0 ? [] : ['', 'What to do', ...[...new Set(todos)]]), '', verdict].join(
    '\n',
  );
}
