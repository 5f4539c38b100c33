/** What becomes of a new tenant outside the database: its own domain at Cloudflare, and what is left for people to do. */
import type { TENANT_TYPES } from '../../contract/tenants.ts';
import type { CustomHostnameAccess } from './cloudflare-access.ts';
import { type DnsEntry, isOfOthers, isServed, recordsToSet } from './custom-hostnames.ts';
import { isWithin } from './deploy/deploy-config.ts';
import type { AddedTenant } from './tenants.ts';

const DEPLOY = './scripts/deploy-multi-tenant.sh';

export interface PlacedDomain {
  readonly hostname: string;
  /** Its owner has done everything already. */
  readonly served: boolean;
  readonly records: readonly DnsEntry[];
}

/** Custom hostnames for what is in no zone of ours; none without access. A dry run only looks. */
export async function placeDomains(
  { hostnames }: AddedTenant,
  access: CustomHostnameAccess | null,
  dryRun: boolean,
): Promise<PlacedDomain[]> {
  if (access === null) return [];
  const placed: PlacedDomain[] = [];
  for (const hostname of hostnames.filter((name) => isOfOthers(name, access.zones))) {
    const known = dryRun ? await access.hostnames.find(hostname) : await access.hostnames.ensure(hostname);
    const records = recordsToSet(known ?? { hostname }, access.zones);
    placed.push({ hostname, served: known !== null && isServed(known), records });
  }
  return placed;
}

export interface Left {
  readonly added: AddedTenant;
  readonly placed: readonly PlacedDomain[];
  /** The primary tenant's domain. */
  readonly platform: string | null;
  readonly cloudflare: CustomHostnameAccess | null;
  readonly domain: string;
  readonly type: (typeof TENANT_TYPES)[number];
  /** It has a Worker of its own, whose keys were looked for or not. */
  readonly dedicated: boolean;
  readonly hasWorkerKeys: boolean;
  /** As `--env` and `--secrets-file` were given. */
  readonly env: string | undefined;
  readonly file: string | undefined;
}

/** In the order in which it is to be done; each line begins with what it is about. */
export function describeLeft(left: Left): string[] {
  const { added, placed, platform, cloudflare, domain, type, dedicated, hasWorkerKeys } = left;
  const env = left.env ?? 'NAME';
  const file = left.file ?? 'FILE';
  const deploy = `${DEPLOY} --env ${env} --secrets-file ${file}`;
  const lines: string[] = [];
  if (dedicated && !hasWorkerKeys)
    lines.push(
      `Keys for its Worker, unless it has some: npm run create-secrets -- ${file} --add-worker ${added.worker}`,
    );
  if (dedicated) lines.push(`Its Worker: ${deploy} --tenant ${added.tenantId}`);
  if (type === 'custom-domain' && cloudflare === null)
    lines.push(
      `${domain} at Cloudflare: ${deploy} --only routes`,
      `Then its owner points it by a CNAME at customHostnameTarget of deploy.config.json.`,
    );
  if (placed.some(({ served }) => !served))
    lines.push(
      `Tell the owner of ${domain} the records above. Minutes after the CNAME is set, Cloudflare has a certificate; it stops looking after 7 days, and the next deployment begins anew.`,
      `Whether it answers: npm run doctor -- --env ${env} --tenant ${added.tenantId}`,
    );
  for (const hostname of added.hostnames)
    if (platform !== null && hostname !== platform && isWithin(hostname, platform))
      lines.push(
        `In the platform’s own Google client, unless the domain brings its own: https://${hostname}/auth/callback`,
      );
  return lines;
}
