/** The table at the end of `npm run dev` and `npm run preview`: brand, address, who to sign in as. */
import { relative } from 'node:path';
import type { Sql } from 'postgres';
import { IDENTITY_USERS } from './identity-users.ts';
import { LOCAL_HOST_SUFFIX } from './oauth-clients.ts';
import { formatTable } from './table.ts';

export interface PortalRow {
  readonly name: string;
  readonly hostname: string;
  readonly status: string;
  readonly signUp: string;
  /** Who was invited, by email, and as what. */
  readonly invited: readonly { readonly email: string; readonly role: string }[];
}

export async function readPortals(sql: Sql): Promise<PortalRow[]> {
  return sql<PortalRow[]>`
    select tenant.name, tenant.domain as hostname, tenant.status, tenant.sign_up as "signUp",
      coalesce(jsonb_agg(jsonb_build_object('email', invitation.email, 'role', invitation.tenant_role))
        filter (where invitation.email is not null), '[]') as invited
    from public.tenants as tenant
    left join public.invitations as invitation on invitation.tenant_id = tenant.tenant_id
    where tenant.status <> 'inactive'
    group by tenant.tenant_id
    order by tenant.status, array_position('{primary,partner-subdomain,custom-domain}', tenant.type), tenant.tenant_id
    limit 12`;
}

export interface PortalTableOptions {
  readonly portals: readonly PortalRow[];
  readonly port: number;
  readonly databaseUrl: string;
  readonly supabaseUrl: string;
  /** Where mails land. */
  readonly mailDirectory: string;
}

export function describePortals(options: PortalTableOptions): string {
  const { portals, port, databaseUrl, supabaseUrl, mailDirectory } = options;
  const rows = portals.map((portal) => [
    portal.name,
    `http://${portal.hostname}${LOCAL_HOST_SUFFIX}:${port}`,
    describeVisitors(portal),
  ]);
  const head = ['Brand', 'Address', 'Sign in with GitHub or Google as'];
  const line = head.map((title, column) =>
    '─'.repeat(Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0))),
  );
  const example = portals.find(({ status }) => status === 'active')?.hostname ?? 'localhost';
  return [
    '',
    formatTable([head, line, ...rows]),
    '',
    formatTable([
      ['API', `curl -H "Host: ${example}" http://localhost:${port}/api/health`],
      ['Database', databaseUrl],
      ['Data API', supabaseUrl],
      ['Mails', describeFolder(mailDirectory)],
    ]),
  ].join('\n');
}

/** As a path to type here, where it is one. */
function describeFolder(directory: string): string {
  const path = relative(process.cwd(), directory);
  return path.startsWith('..') ? directory : `${path}/`;
}

function describeVisitors({ status, signUp, invited }: PortalRow): string {
  if (status !== 'active') return `nobody: it is ${status}`;
  const names = invited.map(({ email, role }) => {
    const user = Object.values(IDENTITY_USERS).find(({ emails }) =>
      emails.some((address) => address.email === email && address.verified),
    );
    return `${user?.name ?? email} (${role.replace('_', ' ')})`;
  });
  return [...names, ...(signUp === 'open' ? ['anybody else (client)'] : [])].join(', ');
}
