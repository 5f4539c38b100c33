/**
 * Partners' own domains at Cloudflare: each is a custom hostname of the neutral zone (Cloudflare for SaaS), without which a
 * CNAME has neither certificate nor routing. Found or made here, for the step `routes`, add-tenant and remove-tenant.
 * https://developers.cloudflare.com/cloudflare-for-platforms/cloudflare-for-saas/
 */
import type { Sql, TransactionSql } from 'postgres';
import { Refusal } from '../local/steps.ts';
import type { CloudflareClient, CustomHostname } from './cloudflare-client.ts';
import { type DeployEnvironment, isWithin } from './deploy/deploy-config.ts';

/** Validated at the name itself: once it points here, Cloudflare answers for it, and its owner sets nothing more. */
const SSL = { method: 'http', type: 'dv', settings: { min_tls_version: '1.2' } };

export type Zones = Pick<DeployEnvironment, 'brandZone' | 'neutralZone' | 'customHostnameTarget'>;

/** Whether a hostname needs one: names of our own zones have their records and certificates there. */
export function isOfOthers(hostname: string, { brandZone, neutralZone }: Zones): boolean {
  return !isWithin(hostname, brandZone) && !isWithin(hostname, neutralZone);
}

/** Verified hostnames of all tenants that answer, suspended ones with their notice; none before there is a schema. */
export async function readVerifiedHostnames(sql: Sql | TransactionSql): Promise<string[]> {
  const [table] = await sql<
    { there: boolean }[]
  >`select to_regclass('public.tenant_domains') is not null as there`;
  if (!table?.there) return [];
  const rows = await sql<{ domain: string }[]>`
    select name.domain from public.tenant_domains as name join public.tenants as tenant using (tenant_id)
    where name.verified_at is not null and tenant.status in ('active', 'suspended') order by name.domain`;
  return rows.map(({ domain }) => domain);
}

export class CustomHostnames {
  readonly #cloudflare: CloudflareClient;
  readonly #zoneId: string;

  private constructor(cloudflare: CloudflareClient, zoneId: string) {
    this.#cloudflare = cloudflare;
    this.#zoneId = zoneId;
  }

  /** Those of the neutral zone. Throws a Refusal when the account does not have it. */
  static async of(cloudflare: CloudflareClient, { neutralZone }: Zones): Promise<CustomHostnames> {
    const zone = await cloudflare.findZone(neutralZone);
    if (zone === null) throw new Refusal(`The account has no zone ${neutralZone}.`);
    return new CustomHostnames(cloudflare, zone.id);
  }

  list(): Promise<CustomHostname[]> {
    return this.#cloudflare.listCustomHostnames(this.#zoneId);
  }

  async find(hostname: string): Promise<CustomHostname | null> {
    return (await this.list()).find((known) => known.hostname === hostname) ?? null;
  }

  /** Makes it where there is none. Throws Unanswered when it may have been made: the next run finds it. */
  async ensure(hostname: string): Promise<CustomHostname> {
    return (await this.find(hostname)) ?? this.create(hostname);
  }

  create(hostname: string): Promise<CustomHostname> {
    return this.#cloudflare.createCustomHostname(this.#zoneId, hostname, SSL);
  }

  /** Doing it twice is doing it once. */
  renew({ id }: CustomHostname): Promise<void> {
    return this.#cloudflare.renewCustomHostname(this.#zoneId, id, SSL);
  }

  /** Answers whether there was one. */
  async remove(hostname: string): Promise<boolean> {
    const present = await this.find(hostname);
    if (present !== null) await this.#cloudflare.deleteCustomHostname(this.#zoneId, present.id);
    return present !== null;
  }
}

/** A visitor gets a certificate and an answer. */
export function isServed({ status, ssl }: CustomHostname): boolean {
  return status === 'active' && ssl?.status === 'active';
}

/** Nobody is looking for its certificate any more, or nobody has asked for one: waiting alone changes nothing. */
export function isGivenUp({ ssl }: CustomHostname): boolean {
  return !ssl || /_timed_out$/.test(ssl.status ?? '');
}

export interface DnsEntry {
  readonly type: string;
  readonly name: string;
  readonly value: string;
  readonly why: string;
}

/** What the owner of the domain sets at its DNS. */
export function recordsToSet(
  { hostname, ownership_verification: ownership }: Omit<CustomHostname, 'id'>,
  { customHostnameTarget }: Zones,
): DnsEntry[] {
  const entries: DnsEntry[] = [
    {
      type: 'CNAME',
      name: hostname,
      value: customHostnameTarget,
      why: 'brings visitors and the certificate',
    },
  ];
  if (ownership?.name && ownership.value)
    entries.push({
      type: (ownership.type ?? 'txt').toUpperCase(),
      name: ownership.name,
      value: ownership.value,
      why: 'proves the domain beforehand: only where it has visitors already',
    });
  return entries;
}
