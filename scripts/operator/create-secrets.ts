/** `npm run create-secrets`: a new installation's secrets document, or one more Worker's session key in a present one. */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { workerNameSchema } from '../../contract/tenants.ts';
import { Refusal } from '../local/steps.ts';
import { TENANT_WORKERS } from '../local/workers.ts';
import { ENVIRONMENTS, type EnvironmentName, isEnvironmentName } from './deploy/deploy-config.ts';
import {
  addWorker,
  createSecrets,
  type InstallationSecrets,
  type OAuthClient,
  oauthClientSchema,
  publishableKeySchema,
  readSecretsFile,
  writeSecretsFile,
} from './installation-secrets.ts';
import { answer } from './questions.ts';
import type { Tool, ToolResult, ToolRun, ToolWorld } from './tool.ts';

const OPTIONS = {
  env: {
    type: 'string',
    value: 'NAME',
    help: 'whose they are, staging or production; from a FILE like secrets.staging.json when left out',
  },
  'add-worker': {
    type: 'string',
    value: 'NAME',
    help: 'adds a session key for one more tenant Worker (a dedicated stack) to the present FILE',
  },
} as const;

type Run = ToolRun<typeof OPTIONS>;
type Accounts = Pick<InstallationSecrets, 'publishableKey' | 'github' | 'google'>;
const VARIABLES = [
  'SUPABASE_PUBLISHABLE_KEY',
  'GITHUB_CLIENT_ID',
  'GITHUB_CLIENT_SECRET',
  'GOOGLE_CLIENT_ID',
  'GOOGLE_CLIENT_SECRET',
];

export const createSecretsTool: Tool<typeof OPTIONS> = {
  name: 'create-secrets',
  summary:
    'Writes fresh keys and the platform’s own OAuth clients to FILE, readable by you alone. Asks for what is not set.',
  arguments: ['FILE'],
  options: OPTIONS,
  environment: {
    SUPABASE_PUBLISHABLE_KEY: 'the project’s publishable key',
    GITHUB_CLIENT_ID: 'the platform’s own OAuth app at GitHub',
    GITHUB_CLIENT_SECRET: 'its secret',
    GOOGLE_CLIENT_ID: 'the platform’s own OAuth client at Google',
    GOOGLE_CLIENT_SECRET: 'its secret',
  },
  run: (run) => (run.options['add-worker'] === undefined ? create(run) : add(run, run.options['add-worker'])),
};

async function create({ arguments: [file = ''], options, dryRun, world }: Run): Promise<ToolResult> {
  const environment = await readEnvironment(world, file, options.env);
  // Before anything is asked.
  if (existsSync(file))
    throw new Refusal(`${file} is there already: go on with it, or move it away for fresh keys.`);
  const accounts = await readAccounts(world);
  const secrets = await createSecrets(accounts, TENANT_WORKERS, Date.now(), environment);
  if (!dryRun) await writeSecretsFile(file, secrets, { fresh: true });
  const workers = Object.keys(secrets.sessionKeys);
  return {
    data: { file, environment, workers, dryRun },
    text: dryRun
      ? `Fresh keys of ${environment} for ${workers.join(', ')} would be written to ${file}.`
      : `Fresh keys of ${environment} for ${workers.join(', ')} are in ${file}.\n` +
        'Whoever has this file is every tenant: keep it out of git, and a copy where a lost disk does not take it along.',
  };
}

async function add({ arguments: [file = ''], dryRun }: Run, name: string): Promise<ToolResult> {
  const worker = workerNameSchema.safeParse(name);
  if (!worker.success) throw new Refusal('--add-worker takes a Worker’s name: acme-tenant.');
  const secrets = await readSecretsFile(file);
  if (Object.hasOwn(secrets.sessionKeys, worker.data))
    throw new Refusal(`${file} has session keys for ${worker.data} already.`);
  if (!dryRun) await writeSecretsFile(file, await addWorker(secrets, worker.data, Date.now()));
  const text = dryRun ? 'would get' : 'has';
  return {
    data: { file, worker: worker.data, dryRun },
    text: `${worker.data} ${text} a session key of its own in ${file}.`,
  };
}

/** Given, else the one that the file's name holds, else what a person says. */
async function readEnvironment(
  { ask }: ToolWorld,
  file: string,
  given: string | undefined,
): Promise<EnvironmentName> {
  const named = ENVIRONMENTS.filter((name) =>
    basename(file)
      .split(/[^a-z]+/i)
      .includes(name),
  );
  const name =
    given ??
    (named.length === 1 ? named[0] : undefined) ??
    (await ask?.('Whose are they, staging or production? ')) ??
    '';
  if (isEnvironmentName(name)) return name;
  throw new Refusal('Say whose secrets they are: --env staging, or --env production.');
}

/** Given by the environment or asked for; where nobody can be asked, all that is missing is said at once. */
async function readAccounts(world: ToolWorld): Promise<Accounts> {
  const missing = world.ask === null ? VARIABLES.filter((variable) => !world.env[variable]) : [];
  if (missing.length > 0) throw new Refusal(`Not set: ${missing.join(', ')}.`);
  const publishableKey = await answer(world, {
    words: 'Supabase publishable key (sb_publishable_…)',
    given: world.env['SUPABASE_PUBLISHABLE_KEY'] || undefined,
    read: readPublishableKey,
  });
  return {
    publishableKey,
    github: await readClient(world, 'GITHUB', 'GitHub'),
    google: await readClient(world, 'GOOGLE', 'Google'),
  };
}

function readPublishableKey(text: string): string {
  if (text.startsWith('sb_secret_'))
    throw new Refusal('This is the project’s secret key: no Worker may have it. Take the publishable one.');
  const key = publishableKeySchema.safeParse(text);
  if (!key.success) throw new Refusal('That is no publishable key: it starts with sb_publishable_.');
  return key.data;
}

async function readClient(
  world: ToolWorld,
  prefix: 'GITHUB' | 'GOOGLE',
  provider: string,
): Promise<OAuthClient> {
  const part = (member: keyof OAuthClient, words: string, variable: string, hidden: boolean) =>
    answer(world, {
      words: `${provider} client ${words}`,
      given: world.env[variable] || undefined,
      hidden,
      read(text) {
        const value = oauthClientSchema.shape[member].safeParse(text);
        if (value.success) return value.data;
        throw new Refusal(
          `A client ${words} (${variable}) is 1 to 300 printable characters without a space.`,
        );
      },
    });
  return {
    clientId: await part('clientId', 'id', `${prefix}_CLIENT_ID`, false),
    clientSecret: await part('clientSecret', 'secret', `${prefix}_CLIENT_SECRET`, true),
  };
}
