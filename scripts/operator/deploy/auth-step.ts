/** The step `auth`: Supabase trusts our tokens. The work is configure-supabase-auth's; this looks whether it is due. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '../../local/steps.ts';
import { configureSupabaseAuthTool } from '../configure-supabase-auth.ts';
import { dispatcherSecrets, jobsSecrets } from '../installation-secrets.ts';
import { ManagementClient } from '../management-client.ts';
import { describeOther, othersThan } from '../other-integrations.ts';
import { parseSigningKey } from '../signing-key.ts';
import { askWithKey, readPrimary } from '../supabase-trust.ts';
import { runTool } from '../tool.ts';
import type { Installation } from './installation.ts';
import { providerVars } from './providers.ts';
import { fetchPortal } from './smoke-test.ts';
import type { Step } from './steps.ts';

const PATIENCE_MILLISECONDS = 120_000;
const PAUSE_MILLISECONDS = 2_000;

export function authStep(installation: Installation): Step {
  const { environment } = installation;
  const address = environment.jwksUrl;
  return {
    name: 'auth',
    title: 'Supabase trusts our tokens',
    async look() {
      if (await isConfigured(installation)) {
        await tellOfOthers(installation);
        return [];
      }
      return [
        {
          what: `make Supabase trust the keys at ${address}, and take nobody in by itself`,
          async apply() {
            await waitUntilServed(installation);
            await configure(installation);
          },
        },
      ];
    },
  };
}

/** As it is set, and as it works: what was set a moment ago may not be in force yet. */
async function isConfigured({ environment, sql, world, secrets }: Installation): Promise<boolean> {
  const management = managementOf({ environment, world });
  const [{ disable_signup, external_anonymous_users_enabled }, integrations] = await Promise.all([
    management.getAuthConfig(),
    management.listIntegrations(),
  ]);
  const [table] = await sql<{ there: boolean }[]>`select to_regclass('app.settings') is not null as there`;
  const [issuer] = table?.there
    ? await sql<{ value: string }[]>`select value from app.settings where key = 'jwt_issuer'`
    : [];
  const wanted = `https://${environment.primaryDomain}`;
  if (
    !disable_signup ||
    external_anonymous_users_enabled === true ||
    !integrations.some(({ jwks_url }) => jwks_url === environment.jwksUrl) ||
    issuer?.value !== wanted
  )
    return false;
  const { status } = await askWithKey({
    supabaseUrl: environment.supabaseUrl,
    publishableKey: secrets.publishableKey,
    issuer: wanted,
    key: parseSigningKey(jobsSecrets(secrets)['SUPABASE_SIGNING_KEY'] ?? ''),
    primary: await sql.begin(readPrimary),
  });
  return status === 200;
}

/** Nothing of it is removed by a deployment: somebody may sign people in by it. */
async function tellOfOthers({ environment, world, say }: Installation): Promise<void> {
  const integrations = await managementOf({ environment, world }).listIntegrations();
  for (const other of othersThan(environment.jwksUrl, integrations))
    say(
      `  auth: ${describeOther(other)} npm run configure-supabase-auth -- --project ${environment.supabaseProject} --remove-others`,
    );
}

function managementOf({ environment, world }: Pick<Installation, 'environment' | 'world'>): ManagementClient {
  return new ManagementClient({
    url: world.env['SUPABASE_API_URL'] ?? 'https://api.supabase.com',
    token: world.env['SUPABASE_ACCESS_TOKEN'] ?? '',
    project: environment.supabaseProject,
  });
}

/** A first release's name and certificate may not be everywhere yet. */
async function waitUntilServed({ smoke, environment, secrets }: Installation): Promise<void> {
  const wanted = dispatcherSecrets(secrets)['SUPABASE_JWKS'] ?? '';
  const kids = [...wanted.matchAll(/"kid":"([^"]+)"/g)].map(([, kid]) => kid ?? '');
  const until = Date.now() + PATIENCE_MILLISECONDS;
  while (true) {
    const answer = await fetchPortal(smoke, environment.primaryDomain, '/.well-known/jwks.json', null);
    if (answer?.status === 200 && kids.every((kid) => answer.body.includes(kid))) return;
    if (Date.now() > until)
      throw new Refusal(
        `https://${environment.primaryDomain}/.well-known/jwks.json does not serve our keys (${answer?.status ?? 'no answer'}). Nothing is undone; run it again when the name is there.`,
      );
    await sleep(PAUSE_MILLISECONDS);
  }
}

async function configure({
  environment,
  secrets,
  world,
  databaseUrl,
  redact,
  say,
}: Installation): Promise<void> {
  let said = '';
  let report = '';
  const code = await runTool(
    configureSupabaseAuthTool,
    ['--project', environment.supabaseProject, '--jwks-url', environment.jwksUrl],
    {
      env: {
        DATABASE_URL: databaseUrl,
        SUPABASE_API_URL: world.env['SUPABASE_API_URL'],
        SUPABASE_ACCESS_TOKEN: world.env['SUPABASE_ACCESS_TOKEN'],
        SUPABASE_URL: environment.supabaseUrl,
        SUPABASE_PUBLISHABLE_KEY: secrets.publishableKey,
        SUPABASE_SIGNING_KEY: jobsSecrets(secrets)['SUPABASE_SIGNING_KEY'],
        MARQUEE_SECRETS: JSON.stringify(secrets),
        ...providerVars(environment.providers),
      },
      write: (text) => {
        report += text;
      },
      writeError: (text) => {
        said += text;
      },
      ask: null,
      readInput: null,
    },
  );
  if (code !== 0) throw new Refusal(`configure-supabase-auth failed:\n${redact(said).trim()}`);
  for (const line of redact(said).trim().split('\n')) say(`  auth: ${line.trim()}`);
  // Callbacks to register, what else is trusted, and what it costs: a person has to see it once.
  for (const line of redact(report).trimEnd().split('\n')) say(line === '' ? '' : `  auth: ${line}`);
}
