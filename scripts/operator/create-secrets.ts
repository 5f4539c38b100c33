/** `npm run create-secrets`: a new installation's secrets document, or one more Worker's session key in a present one. */
import { basename } from 'node:path';
import { workerNameSchema } from '../../contract/tenants.ts';
import { Refusal } from '../local/steps.ts';
import { TENANT_WORKERS } from '../local/workers.ts';
import { ENVIRONMENTS, type EnvironmentName, isEnvironmentName } from './deploy/deploy-config.ts';
import {
  addWorker,
  createSecrets,
  type OAuthClient,
  oauthClientSchema,
  publishableKeySchema,
  readSecretsFile,
  writeSecretsFile,
} from './installation-secrets.ts';
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
  const accounts = {
    publishableKey: await readPublishableKey(world),
    github: await readClient(world, 'GITHUB', 'GitHub'),
    google: await readClient(world, 'GOOGLE', 'Google'),
  };
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

async function readPublishableKey(world: ToolWorld): Promise<string> {
  const given = await read(
    world,
    'SUPABASE_PUBLISHABLE_KEY',
    'Supabase publishable key (sb_publishable_…): ',
  );
  if (given.startsWith('sb_secret_'))
    throw new Refusal('This is the project’s secret key: no Worker may have it. Take the publishable one.');
  const key = publishableKeySchema.safeParse(given);
  if (!key.success)
    throw new Refusal('SUPABASE_PUBLISHABLE_KEY is no publishable key: it starts with sb_publishable_.');
  return key.data;
}

async function readClient(
  world: ToolWorld,
  prefix: 'GITHUB' | 'GOOGLE',
  provider: string,
): Promise<OAuthClient> {
  const client = oauthClientSchema.safeParse({
    clientId: await read(world, `${prefix}_CLIENT_ID`, `${provider} client id: `),
    clientSecret: await read(world, `${prefix}_CLIENT_SECRET`, `${provider} client secret: `, true),
  });
  if (client.success) return client.data;
  throw new Refusal(
    `${prefix}_CLIENT_ID and ${prefix}_CLIENT_SECRET are 1 to 300 printable characters without a space.`,
  );
}

async function read(
  { env, ask }: ToolWorld,
  variable: string,
  question: string,
  hidden = false,
): Promise<string> {
  const value = env[variable] || (await ask?.(question, { hidden })) || '';
  if (value === '') throw new Refusal(`${variable} is not set.`);
  return value;
}
