/**
 * `npm run configure-supabase-auth`: makes a Supabase project trust our tokens and nobody else's sign-ups, waits until
 * it does, and says what each OAuth client needs. Every step looks first and changes only what is missing: it can be
 * run again at any time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '../local/steps.ts';
import { formatSeconds, formatTable } from '../local/table.ts';
import { ManagementClient, Unanswered } from './management-client.ts';
import { type Callback, describeCallbacks, judgeCallbacks, readCallbacks } from './oauth-callbacks.ts';
import { describeOther, type OtherIntegration, othersThan, removeOthers } from './other-integrations.ts';
import {
  isSameKey,
  keySetSchema,
  parseSigningKey,
  publicKeySchema,
  type SigningKey,
  writeSigningKey,
} from './signing-key.ts';
import { readPrimary, waitForTrust } from './supabase-trust.ts';
import type { Tool, ToolRun, ToolWorld } from './tool.ts';

const OPTIONS = {
  project: {
    type: 'string',
    value: 'REF',
    help: 'reference of the Supabase project, as in https://REF.supabase.co',
  },
  'jwks-url': {
    type: 'string',
    value: 'URL',
    help: 'where the dispatcher serves its keys; at the primary domain when left out',
  },
  'import-key': { type: 'boolean', help: 'gives Supabase the private key instead of that address' },
  'remove-others': {
    type: 'boolean',
    help: 'removes what else the project trusts, an address of before as well; asked for at a terminal',
  },
  issuer: {
    type: 'string',
    value: 'URL',
    help: '`iss` of our tokens; https:// and the primary domain when left out',
  },
  wait: {
    type: 'string',
    value: 'SECONDS',
    help: 'how long to wait for Supabase; 180 when left out, a rotation may take 1800',
  },
  'new-key': {
    type: 'string',
    value: 'FILE',
    help: 'only writes a new signing key there, readable by you alone',
  },
} as const;

type Run = ToolRun<typeof OPTIONS>;
const DEFAULT_WAIT_SECONDS = 180;
const LONGEST_WAIT_SECONDS = 3_600;
const PAUSE_MILLISECONDS = 1_000;

export const configureSupabaseAuthTool: Tool<typeof OPTIONS> = {
  name: 'configure-supabase-auth',
  summary:
    'Makes a Supabase project trust the tokens of the Workers, turns its own sign-ups off, and waits until both hold.',
  options: OPTIONS,
  environment: {
    SUPABASE_ACCESS_TOKEN: 'personal access token for the Management API',
    SUPABASE_SIGNING_KEY: 'the Workers’ private ES256 key of that name, a JWK',
    SUPABASE_PUBLISHABLE_KEY: 'the project’s publishable key',
    FIELD_KEYS: 'to check the OAuth clients of hostnames with their providers; they are only listed without',
    MARQUEE_SECRETS:
      'the secrets document: has these keys, and the platform’s own OAuth clients, to check them as well',
  },
  run: (run) =>
    run.options['new-key'] === undefined ? configure(run) : makeKey(run, run.options['new-key']),
};

async function configure(run: Run): Promise<{ data: unknown; text: string }> {
  const { options, world, dryRun, transact } = run;
  const project = options.project ?? '';
  if (!/^[a-z0-9]{10,40}$/.test(project))
    throw new Refusal('--project takes the reference of a Supabase project.');
  const key = parseSigningKey(needed(world, 'SUPABASE_SIGNING_KEY'));
  const publishableKey = needed(world, 'SUPABASE_PUBLISHABLE_KEY');
  const waitSeconds = readWait(options.wait);
  const management = new ManagementClient({
    url: world.env['SUPABASE_API_URL'] ?? 'https://api.supabase.com',
    token: needed(world, 'SUPABASE_ACCESS_TOKEN'),
    project,
  });
  const steps: Step[] = [];
  const note = (step: Step) => {
    steps.push(step);
    world.writeError(
      `  ${step.changed ? (dryRun ? 'would change' : 'changed') : 'as it should be'}: ${step.what}\n`,
    );
  };

  const { name, status } = await management.getProject();
  if (status !== 'ACTIVE_HEALTHY') throw new Refusal(`The project ${name} is ${status}, not ACTIVE_HEALTHY.`);
  const primary = await transact(readPrimary);
  const issuer = options.issuer ?? `https://${primary.domain}`;

  note(await turnSignUpsOff(management, dryRun));
  const address =
    options['import-key'] === true
      ? null
      : (options['jwks-url'] ?? `https://${primary.domain}/.well-known/jwks.json`);
  note(
    address === null
      ? await importKey(management, key, dryRun)
      : await registerAddress(management, address, key, dryRun),
  );
  note(await transact((sql) => setIssuer(sql, issuer)));

  const supabaseUrl = world.env['SUPABASE_URL'] ?? `https://${project}.supabase.co`;
  const waited = dryRun
    ? null
    : await waitForTrust({ supabaseUrl, publishableKey, issuer, key, primary, waitSeconds, world });
  // Only now: until ours is trusted, an address of before may be what people are signed in by.
  const others = othersThan(address, await management.listIntegrations());
  const removed = others.length > 0 && !dryRun && (await mayRemove(run, others));
  if (removed) await removeOthers(management, others);
  const callbacks = await judgeCallbacks(await transact(readCallbacks), world.env);
  return {
    data: {
      project,
      issuer,
      steps,
      trustedAfterSeconds: waited === null ? null : waited / 1000,
      others: others.map((other) => ({ ...other, removed })),
      callbacks,
      dryRun,
    },
    text: report({ project, steps, waited, others, removed, callbacks, dryRun }),
  };
}

/** Somebody may sign people in by them: it takes a yes. */
async function mayRemove({ options, world }: Run, others: readonly OtherIntegration[]): Promise<boolean> {
  if (options['remove-others'] === true) return true;
  if (world.ask === null) return false;
  for (const other of others) world.writeError(`${describeOther(other)}\n`);
  const which = others.length === 1 ? 'it' : 'them';
  return /^y(?:es)?$/i.test(await world.ask(`Shall Supabase trust ${which} no longer? [y/N] `));
}

interface Step {
  readonly what: string;
  readonly changed: boolean;
}

async function turnSignUpsOff(management: ManagementClient, dryRun: boolean): Promise<Step> {
  const what = 'Supabase Auth takes nobody in by itself';
  const { disable_signup, external_anonymous_users_enabled } = await management.getAuthConfig();
  const off = disable_signup && external_anonymous_users_enabled !== true;
  if (!off && !dryRun) await management.disableSignUps();
  return { what, changed: !off };
}

/** The dispatcher has to serve the key before Supabase is sent there: it would learn a set without it. */
async function registerAddress(
  management: ManagementClient,
  address: string,
  key: SigningKey,
  dryRun: boolean,
): Promise<Step> {
  const what = `Supabase learns our keys from ${address}`;
  await requireServed(address, key);
  // An answer that was lost may have been a yes: looking again keeps it from being registered twice.
  for (let attempt = 1; ; attempt += 1) {
    const integrations = await management.listIntegrations();
    if (integrations.some(({ jwks_url }) => jwks_url === address)) return { what, changed: attempt > 1 };
    if (dryRun) return { what, changed: true };
    try {
      await management.addIntegration(address);
      return { what, changed: true };
    } catch (error) {
      if (!(error instanceof Unanswered) || attempt === 3) throw error;
      await sleep(PAUSE_MILLISECONDS);
    }
  }
}

async function requireServed(address: string, key: SigningKey): Promise<void> {
  const served = await fetch(address, { signal: AbortSignal.timeout(10_000) })
    .then(async (answer) => (answer.ok ? keySetSchema.parse(await answer.json()) : null))
    .catch(() => null);
  if (served === null) throw new Refusal(`${address} serves no key set. Deploy the dispatcher first.`);
  if (!served.keys.some((known) => isSameKey(known, key)))
    throw new Refusal(
      `${address} does not serve the public half of SUPABASE_SIGNING_KEY (${key.kid}). Deploy the dispatcher with it first.`,
    );
}

async function importKey(management: ManagementClient, key: SigningKey, dryRun: boolean): Promise<Step> {
  const what = `Supabase has the signing key ${key.kid}`;
  for (let attempt = 1; ; attempt += 1) {
    const keys = await management.listSigningKeys();
    const known = keys.some(({ public_jwk }) => {
      const parsed = publicKeySchema.safeParse(public_jwk);
      return parsed.success && isSameKey(parsed.data, key);
    });
    if (known) return { what, changed: attempt > 1 };
    if (dryRun) return { what, changed: true };
    try {
      await management.importSigningKey(key);
      return { what, changed: true };
    } catch (error) {
      if (!(error instanceof Unanswered) || attempt === 3) throw error;
      await sleep(PAUSE_MILLISECONDS);
    }
  }
}

async function setIssuer(sql: Parameters<Parameters<Run['transact']>[0]>[0], issuer: string): Promise<Step> {
  const [known] = await sql<{ value: string }[]>`select value from app.settings where key = 'jwt_issuer'`;
  if (known?.value !== issuer) {
    await sql`insert into app.settings (key, value) values ('jwt_issuer', ${issuer})
      on conflict (key) do update set value = excluded.value`;
  }
  return { what: `the database takes tokens of ${issuer} alone`, changed: known?.value !== issuer };
}

function needed({ env }: ToolWorld, variable: string): string {
  const value = env[variable];
  if (!value) throw new Refusal(`${variable} is not set.`);
  return value;
}

function readWait(given: string | undefined): number {
  const seconds = Number(given ?? DEFAULT_WAIT_SECONDS);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > LONGEST_WAIT_SECONDS)
    throw new Refusal(`--wait takes 1 to ${LONGEST_WAIT_SECONDS} seconds.`);
  return seconds;
}

async function makeKey({ dryRun }: Run, file: string): Promise<{ data: unknown; text: string }> {
  if (dryRun) return { data: { file, dryRun }, text: `A key would be written to ${file}.` };
  const kid = await writeSigningKey(file);
  const text =
    `A new signing key is in ${file}: ${kid}\n\n` +
    'Serve its public half beside the present one from the dispatcher (SUPABASE_JWKS), run this tool with it until\n' +
    'Supabase takes it, and only then sign with it (SUPABASE_SIGNING_KEY of the Workers).';
  return { data: { file, kid, dryRun }, text };
}

interface Outcome {
  readonly project: string;
  readonly steps: readonly Step[];
  /** In milliseconds; null in a dry run. */
  readonly waited: number | null;
  readonly others: readonly OtherIntegration[];
  readonly removed: boolean;
  readonly callbacks: readonly Callback[];
  readonly dryRun: boolean;
}

function report({ project, steps, waited, others, removed, callbacks, dryRun }: Outcome): string {
  const changes = steps.filter(({ changed }) => changed);
  const head =
    waited === null
      ? `${project}: ${changes.length === 0 ? 'nothing would change' : `${changes.length} of ${steps.length} would change`}.`
      : `${project} takes our tokens${changes.length === 0 ? ', as it did' : ''} (${formatSeconds(waited)}).`;
  const told = others.map((other) =>
    removed ? `Supabase no longer trusts ${other.address}.` : describeOther(other),
  );
  return [
    head,
    formatTable(
      steps.map(({ what, changed }) => [changed ? (dryRun ? 'would change' : 'changed') : 'kept', what]),
    ),
    ...(told.length === 0 ? [] : [[...told, ...(removed ? [] : ['--remove-others ends that.'])].join('\n')]),
    describeCallbacks(callbacks),
    'Supabase bills members who come by third-party auth as third-party monthly active users: see its price list.',
  ].join('\n\n');
}
