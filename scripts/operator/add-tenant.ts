/**
 * `npm run add-tenant`: a new brand with its hostnames, its first admin's invitation, its OAuth clients and its Worker's
 * name; with `--env`, its own domain at Cloudflare, too.
 */
import { SUBSCRIPTION_TIERS, TENANT_TYPES } from '../../contract/tenants.ts';
import { Refusal } from '../local/steps.ts';
import { formatTable } from '../local/table.ts';
import { describeLeft, type PlacedDomain, placeDomains } from './added-tenant.ts';
import { CLOUDFLARE_OPTIONS, openCustomHostnames } from './cloudflare-access.ts';
import { readFieldKeys } from './field-keys.ts';
import { readSecrets, tenantSecrets } from './installation-secrets.ts';
import { PROVIDER_NAMES, readNewTenant, SIGN_UPS } from './new-tenant.ts';
import { type AddedTenant, addTenant } from './tenants.ts';
import type { Tool, ToolResult, ToolRun } from './tool.ts';

const OPTIONS = {
  id: { type: 'string', value: 'ID', help: 'slug: 2 to 63 lower-case letters, digits and inner hyphens' },
  name: { type: 'string', value: 'NAME', help: 'the brand as the partner writes it' },
  domain: { type: 'string', value: 'HOST', help: 'where the portal answers' },
  type: { type: 'string', value: 'TYPE', help: `${TENANT_TYPES.join(', ')}; by the domain when left out` },
  tier: { type: 'string', value: 'PLAN', help: `${SUBSCRIPTION_TIERS.join(', ')}; starter when left out` },
  'sign-up': { type: 'string', value: 'POLICY', help: `${SIGN_UPS.join(' or ')}; invite when left out` },
  admin: {
    type: 'string',
    value: 'EMAIL',
    help: 'invited as the first admin, by an email that a provider verifies',
  },
  worker: {
    type: 'string',
    value: 'NAME',
    help: 'a tenant Worker of its own (a dedicated stack); by the type when left out',
  },
  'github-client-id': { type: 'string', value: 'ID', help: 'the domain’s own OAuth app at GitHub' },
  'google-client-id': { type: 'string', value: 'ID', help: 'the domain’s own OAuth client at Google' },
  'secrets-file': {
    type: 'string',
    value: 'FILE',
    help: 'the secrets document: to seal client secrets with, and to look for the keys of --worker',
  },
  ...CLOUDFLARE_OPTIONS,
} as const;

type Run = ToolRun<typeof OPTIONS>;

export const addTenantTool: Tool<typeof OPTIONS> = {
  name: 'add-tenant',
  summary:
    'Adds a tenant: a brand at its hostname. Asks for what the command line leaves out. With --env it also brings the ' +
    'domain of a partner’s own to Cloudflare.',
  options: OPTIONS,
  environment: {
    GITHUB_CLIENT_SECRET: 'secret of --github-client-id; asked for at a terminal',
    GOOGLE_CLIENT_SECRET: 'secret of --google-client-id; asked for at a terminal',
    FIELD_KEYS:
      'the tenant Workers’ keys of that name, to seal these secrets with; or MARQUEE_SECRETS has them',
    CLOUDFLARE_API_TOKEN: 'with --env: of the neutral zone Zone Read, SSL and Certificates Edit',
  },
  run: add,
};

async function add(run: Run): Promise<ToolResult> {
  const { options, world, dryRun, transact } = run;
  const cloudflare = await openCustomHostnames(options, world);
  const platform = await transact(async (sql) => {
    const [row] = await sql<{ domain: string | null }[]>`select app.platform_domain() as domain`;
    return row?.domain ?? null;
  });
  const tenant = await readNewTenant(options, world, platform);
  const file = options['secrets-file'];
  const secrets =
    file !== undefined || world.env['MARQUEE_SECRETS']
      ? (await readSecrets({ env: world.env, ask: null }, file)).secrets
      : null;
  // Without its keys, the Worker would be refused only by the next deployment.
  if (secrets !== null && tenant.worker !== null) tenantSecrets(secrets, tenant.worker);
  const keys = file === undefined ? readFieldKeys(world.env) : (secrets?.fieldKeys ?? null);
  if (keys === null && tenant.clients.length > 0)
    throw new Refusal(
      'FIELD_KEYS is not set: client secrets are sealed with it. --secrets-file FILE has it, too.',
    );
  // Cloudflare is asked before the tenant is there for good: whatever it says no to, this can be run again.
  const { added, placed } = await transact(async (sql) => {
    const made = await addTenant(sql, tenant, keys ?? []);
    return { added: made, placed: await placeDomains(made, cloudflare, dryRun) };
  });
  const left = describeLeft({
    ...{ added, placed, platform, cloudflare, file },
    env: options.env,
    dedicated: tenant.worker !== null,
    hasWorkerKeys: secrets !== null,
    domain: tenant.domain,
    type: tenant.type,
  });
  return {
    data: { ...added, customHostnames: placed, left, dryRun },
    text: report(added, placed, left, dryRun),
  };
}

function report(
  { tenantId, worker, hostnames, invitation, clients }: AddedTenant,
  placed: readonly PlacedDomain[],
  left: readonly string[],
  dryRun: boolean,
): string {
  const [own = '', below] = hostnames;
  // A domain of its own lets nobody in before it has clients of its own.
  const entrance = clients.length === 0 ? (below ?? own) : own;
  const rows = [
    ['Hostnames', hostnames.join(', ')],
    ['Worker', worker],
    [
      'First admin',
      invitation === null
        ? `nobody is invited yet: npm run invite-admin -- ${tenantId} EMAIL`
        : `${invitation.email} signs in at https://${entrance}/sign-in before ${invitation.expiresAt.toISOString().slice(0, 10)}`,
    ],
    [
      'OAuth clients',
      clients.length === 0 ? 'none of its own' : clients.map((name) => PROVIDER_NAMES[name]).join(', '),
    ],
    ...hostnames.map((hostname) => ['Callback', `https://${hostname}/auth/callback`]),
  ];
  const records = placed.flatMap((domain) => domain.records);
  return [
    dryRun ? `${tenantId} could be added. Nothing was changed.` : `${tenantId} is added.`,
    formatTable(rows),
    ...(records.length === 0
      ? []
      : [
          `The owner of the domain sets:\n${formatTable(records.map(({ type, name, value, why }) => [type, name, value, why]))}`,
        ]),
    ...(left.length === 0 ? [] : [`Left to do:\n${left.map((line) => `  - ${line}`).join('\n')}`]),
  ].join('\n\n');
}
