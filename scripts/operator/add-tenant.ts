/** `npm run add-tenant`: a new brand with its hostnames, its first admin's invitation and its OAuth clients. */
import { parseHostname } from '../../contract/hostnames.ts';
import {
  PROVIDERS,
  type Provider,
  parseTenantId,
  SIGN_UP_POLICIES,
  SUBSCRIPTION_TIERS,
} from '../../contract/tenants.ts';
import { Refusal } from '../local/steps.ts';
import { formatTable } from '../local/table.ts';
import { readFieldKeys } from './field-keys.ts';
import { type AddedTenant, addTenant, type NewTenant } from './tenants.ts';
import type { Tool, ToolRun, ToolWorld } from './tool.ts';

const TYPES = ['partner-subdomain', 'custom-domain', 'primary'] as const;
const PROVIDER_NAMES: Record<Provider, string> = { github: 'GitHub', google: 'Google' };

const OPTIONS = {
  id: { type: 'string', value: 'ID', help: 'slug: 2 to 63 lower-case letters, digits and inner hyphens' },
  name: { type: 'string', value: 'NAME', help: 'the brand as the partner writes it' },
  domain: { type: 'string', value: 'HOST', help: 'where the portal answers' },
  type: { type: 'string', value: 'TYPE', help: `${TYPES.join(', ')}; by the domain when left out` },
  tier: { type: 'string', value: 'PLAN', help: `${SUBSCRIPTION_TIERS.join(', ')}; starter when left out` },
  'sign-up': { type: 'string', value: 'POLICY', help: 'open or invite; invite when left out' },
  admin: {
    type: 'string',
    value: 'EMAIL',
    help: 'invited as the first admin, by an email that a provider verifies',
  },
  'github-client-id': { type: 'string', value: 'ID', help: 'the domain’s own OAuth app at GitHub' },
  'google-client-id': { type: 'string', value: 'ID', help: 'the domain’s own OAuth client at Google' },
} as const;

type Run = ToolRun<typeof OPTIONS>;

export const addTenantTool: Tool<typeof OPTIONS> = {
  name: 'add-tenant',
  summary: 'Adds a tenant: a brand at its hostname. Asks for what the command line leaves out.',
  options: OPTIONS,
  environment: {
    GITHUB_CLIENT_SECRET: 'secret of --github-client-id',
    GOOGLE_CLIENT_SECRET: 'secret of --google-client-id',
    FIELD_KEYS:
      'the tenant Workers’ keys of that name, to seal these secrets with; or MARQUEE_SECRETS has them',
  },
  async run(run) {
    const tenant = await readTenant(run);
    const keys = readFieldKeys(run.world.env);
    if (keys === null && tenant.clients.length > 0)
      throw new Refusal('FIELD_KEYS is not set: client secrets are sealed with it.');
    const added = await run.transact(async (sql) => {
      const [platform] = await sql<{ domain: string | null }[]>`select app.platform_domain() as domain`;
      const type =
        run.options.type === undefined ? typeOf(tenant.domain, platform?.domain ?? null) : tenant.type;
      return addTenant(sql, { ...tenant, type }, keys ?? []);
    });
    return { data: { ...added, dryRun: run.dryRun }, text: report(added, run.dryRun) };
  },
};

async function readTenant({ options, world }: Run): Promise<NewTenant> {
  const id = parseTenantId(await required(options.id, 'Id, a slug such as acme', 'id', world));
  if (!id.ok) throw new Refusal('--id takes 2 to 63 lower-case letters, digits and inner hyphens.');
  const name = await required(options.name, 'Name', 'name', world);
  const domain = parseHostname(await required(options.domain, 'Domain', 'domain', world));
  if (!domain.ok) throw new Refusal(`--domain is no hostname: ${domain.error}.`);
  const admin =
    options.admin ??
    (world.ask && options.id === undefined ? await world.ask('First admin’s email (may be empty): ') : '');
  return {
    tenantId: id.value,
    name,
    domain: domain.value,
    type: oneOf(TYPES, options.type ?? 'custom-domain', 'type'),
    tier: oneOf(SUBSCRIPTION_TIERS, options.tier ?? 'starter', 'tier'),
    signUp: oneOf(
      SIGN_UP_POLICIES.filter((policy) => policy !== 'domain'),
      options['sign-up'] ?? 'invite',
      'sign-up',
    ),
    admin: admin === '' ? null : admin,
    clients: PROVIDERS.flatMap((provider) => {
      const clientId = options[`${provider}-client-id`];
      if (clientId === undefined) return [];
      const variable = `${provider.toUpperCase()}_CLIENT_SECRET`;
      const clientSecret = world.env[variable];
      if (!clientSecret) throw new Refusal(`--${provider}-client-id needs its secret in ${variable}.`);
      return [{ provider, clientId, clientSecret }];
    }),
  };
}

/** The first tenant of all is the platform's own. */
function typeOf(domain: string, platform: string | null): NewTenant['type'] {
  if (platform === null) return 'primary';
  return domain === platform || domain.endsWith(`.${platform}`) ? 'partner-subdomain' : 'custom-domain';
}

async function required(
  given: string | undefined,
  question: string,
  option: string,
  { ask }: ToolWorld,
): Promise<string> {
  const value = given ?? (ask === null ? '' : await ask(`${question}: `));
  if (value.trim() === '') throw new Refusal(`--${option} is missing.`);
  return value.trim();
}

function oneOf<Value extends string>(values: readonly Value[], given: string, option: string): Value {
  const found = values.find((value) => value === given);
  if (found === undefined) throw new Refusal(`--${option} takes ${values.join(', ')}.`);
  return found;
}

function report({ tenantId, worker, hostnames, invitation, clients }: AddedTenant, dryRun: boolean): string {
  const [own = '', below] = hostnames;
  // A domain of its own lets nobody in before it has clients of its own.
  const entrance = clients.length === 0 ? (below ?? own) : own;
  const rows = [
    ['Hostnames', hostnames.join(', ')],
    ['Worker', worker],
    [
      'First admin',
      invitation === null
        ? 'nobody is invited yet: --admin EMAIL'
        : `${invitation.email} signs in at https://${entrance}/sign-in before ${invitation.expiresAt.toISOString().slice(0, 10)}`,
    ],
    [
      'OAuth clients',
      clients.length === 0 ? 'none of its own' : clients.map((name) => PROVIDER_NAMES[name]).join(', '),
    ],
    ['Callback', `https://${own}/auth/callback`],
    ...(below === undefined
      ? []
      : [['Domain', `${own} has to point here: deploy-multi-tenant.sh --only routes tells where to`]]),
  ];
  return [
    dryRun ? `${tenantId} could be added. Nothing was changed.` : `${tenantId} is added.`,
    formatTable(rows),
  ].join('\n\n');
}
