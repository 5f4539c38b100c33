/**
 * The step `routes`: names and routes of both zones. The brand zone sends its apex and one label below it to the
 * dispatcher, the neutral zone every custom hostname, and each partner's own domain is one. What the operator has there
 * already is taken over only by a yes of its own.
 */
import { Refusal } from '../../local/steps.ts';
import { CloudflareRefusal } from '../cloudflare-calls.ts';
import type { CustomHostname, DnsRecord, WorkerDomain, WorkerRoute } from '../cloudflare-client.ts';
import { CustomHostnames, isGivenUp, isOfOthers, isServed } from '../custom-hostnames.ts';
import type { Installation } from './installation.ts';
import type { Change, Step } from './steps.ts';

/** The discard prefix (RFC 6666): an address that nobody answers at, for names that a Worker answers. */
const ORIGINLESS = '100::';
const ADDRESSES = new Set(['A', 'AAAA', 'CNAME']);

interface ZoneState {
  readonly name: string;
  readonly id: string;
  readonly records: readonly DnsRecord[];
  readonly routes: readonly WorkerRoute[];
  readonly workerDomains: readonly WorkerDomain[];
}

/** What this step needs: the doctor looks by it, too. */
export interface Routed extends Pick<Installation, 'cloudflare' | 'environment' | 'say'> {
  /** Verified ones of all tenants that answer. */
  verifiedHostnames(): Promise<readonly string[]>;
}

export function routesStep(installation: Routed): Step {
  const { environment, cloudflare } = installation;
  const { brandZone, neutralZone, customHostnameTarget } = environment;
  return {
    name: 'routes',
    title: 'Names and routes',
    async look() {
      const [brand, neutral, hostnames, verified] = await Promise.all([
        readZone(installation, brandZone),
        readZone(installation, neutralZone),
        CustomHostnames.of(cloudflare, environment),
        installation.verifiedHostnames(),
      ]);
      const wanted = verified.filter((hostname) => isOfOthers(hostname, environment));
      const present = await hostnames.list();
      const strangers = present.filter(({ hostname }) => !wanted.includes(hostname));
      return [
        ...nameChanges(installation, brand, [brandZone, `*.${brandZone}`]),
        ...routeChanges(installation, brand, `${brandZone}/*`, (name) => name === brandZone),
        ...routeChanges(installation, brand, `*.${brandZone}/*`, (name) => name !== brandZone),
        ...nameChanges(installation, neutral, [customHostnameTarget]),
        ...(await originChanges(installation, neutral)),
        ...routeChanges(
          installation,
          neutral,
          '*/*',
          () => true,
          strangers.map(({ hostname }) => `${hostname} (a custom hostname of no tenant)`),
        ),
        ...hostnameChanges(installation, hostnames, wanted, present),
      ];
    },
  };
}

/** One for each domain of a partner. One that waits for its owner is as it should be, and told. */
function hostnameChanges(
  { say, environment }: Routed,
  hostnames: CustomHostnames,
  wanted: readonly string[],
  present: readonly CustomHostname[],
): Change[] {
  const theirs = present.filter((known) => wanted.includes(known.hostname));
  for (const waiting of theirs.filter((known) => !isServed(known)))
    say(
      `  routes: ${waiting.hostname} waits for its owner: CNAME ${environment.customHostnameTarget} (${waiting.status}, certificate ${waiting.ssl?.status ?? 'none'})`,
    );
  const renewed = theirs.filter(isGivenUp).map((known) => ({
    what: `ask for a certificate for ${known.hostname} again`,
    apply: () => hostnames.renew(known),
  }));
  const created = wanted
    .filter((hostname) => !present.some((known) => known.hostname === hostname))
    .map((hostname) => ({
      what: `create the custom hostname ${hostname} (its owner sets a CNAME to ${environment.customHostnameTarget})`,
      async apply() {
        try {
          await hostnames.create(hostname);
        } catch (error) {
          // One domain that Cloudflare does not take must not keep the others from being deployed.
          if (!(error instanceof CloudflareRefusal) || error.status === 401 || error.status === 403)
            throw error;
          say(`  routes: ${hostname} gets no custom hostname. ${error.message}`);
        }
      },
    }));
  return [...renewed, ...created];
}

async function readZone({ cloudflare }: Routed, name: string): Promise<ZoneState> {
  const zone = await cloudflare.findZone(name);
  if (zone === null) throw new Refusal(`The account has no zone ${name}.`);
  const [records, routes, workerDomains] = await Promise.all([
    cloudflare.listRecords(zone.id),
    cloudflare.listRoutes(zone.id),
    cloudflare.listWorkerDomains(zone.id),
  ]);
  return { name, id: zone.id, records, routes, workerDomains };
}

/** In words, when one of a name's records goes past Cloudflare: no Worker would answer there. Null when none does. */
export function findDnsOnly(zone: string, records: readonly DnsRecord[]): string | null {
  const record = records.find(({ type, proxied }) => ADDRESSES.has(type) && proxied !== true);
  return record === undefined
    ? null
    : `${record.name} is a DNS-only record of the zone ${zone}: no Worker answers there. Make it proxied, or remove it.`;
}

/** Each name is proxied; what it points at does not matter, a Worker answers. */
function nameChanges(
  { cloudflare, environment }: Routed,
  zone: ZoneState,
  names: readonly string[],
): Change[] {
  return names.flatMap((name): Change[] => {
    const present = zone.records.filter((record) => record.name === name && ADDRESSES.has(record.type));
    const problem = findDnsOnly(zone.name, present);
    if (problem !== null) throw new Refusal(problem);
    if (present.length > 0) return [];
    const comment = commentOf(environment);
    const record = { type: 'AAAA', name, content: ORIGINLESS, proxied: true, ttl: 1, comment };
    return [
      {
        what: `create the name ${name} (AAAA ${ORIGINLESS}, proxied)`,
        apply: () => cloudflare.createRecord(zone.id, record),
      },
    ];
  });
}

/** By which a record is known as this deployment's: `100::` alone may be another Worker's. At most 100 characters. */
function commentOf({ names }: Installation['environment']): string {
  return `Made for the Worker ${names.dispatcher}`.slice(0, 100);
}

/**
 * `covers`: whether a name of the zone would be answered by the dispatcher through this route. `others`: what else it would
 * answer.
 */
function routeChanges(
  { cloudflare, environment }: Routed,
  zone: ZoneState,
  pattern: string,
  covers: (name: string) => boolean,
  others: readonly string[] = [],
): Change[] {
  const { dispatcher } = environment.names;
  const present = zone.routes.find((route) => route.pattern === pattern);
  if (present?.script === dispatcher) return [];
  // Only a route of exactly this host, with all its paths, leaves nothing of it to ours.
  const isSpared = (name: string) => zone.routes.some((route) => route.pattern === `${name}/*`);
  const captured = (name: string) => covers(name) && !isSpared(name);
  const domains = zone.workerDomains.filter(({ hostname }) => captured(hostname));
  const records = zone.records.filter(
    ({ name, type, content, proxied, comment }) =>
      proxied === true &&
      ADDRESSES.has(type) &&
      captured(name) &&
      !(content === ORIGINLESS && comment === commentOf(environment)) &&
      !domains.some(({ hostname }) => hostname === name),
  );
  const routes = zone.routes.filter((route) => route === present || givesWay(route, pattern, dispatcher));
  const taken = [
    ...routes.map(
      ({ pattern: theirs, script }) => `the route ${theirs}, which ${script ?? 'no Worker'} has now`,
    ),
    ...domains.map(({ hostname, service }) => `${hostname} (the Worker ${service ?? 'of a custom domain'})`),
    ...records.map(({ name, type, content }) => `${name} (${type} ${content ?? ''})`),
    ...others,
  ];
  return [
    {
      what: `route ${pattern} to ${dispatcher}`,
      ...(taken.length > 0 && {
        takesOver: `the dispatcher would answer in place of: ${taken.join(', ')}`,
      }),
      apply: () =>
        present === undefined
          ? cloudflare.createRoute(zone.id, pattern, dispatcher)
          : cloudflare.replaceRoute(zone.id, present.id, pattern, dispatcher),
    },
  ];
}

/**
 * Whether a route of another Worker loses visitors to `pattern`, by the rule that the more specific host goes first: it
 * begins with a star, and takes more hosts than ours does.
 * https://developers.cloudflare.com/workers/configuration/routing/routes/#matching-behavior
 */
function givesWay({ pattern: theirs, script }: WorkerRoute, pattern: string, dispatcher: string): boolean {
  const hostOf = (text: string) => text.replace(/^https?:\/\//, '').split('/')[0] ?? '';
  const [wide, own] = [hostOf(theirs), hostOf(pattern)];
  if (script === dispatcher || !wide.startsWith('*') || wide === own) return false;
  return own.replace(/^\*/, '').endsWith(wide.slice(1));
}

async function originChanges({ cloudflare, environment }: Routed, zone: ZoneState): Promise<Change[]> {
  const { customHostnameTarget: origin } = environment;
  const present = (await cloudflare.findFallbackOrigin(zone.id))?.origin ?? '';
  if (present === origin) return [];
  return [
    {
      what: `send custom hostnames of ${zone.name} to ${origin}`,
      ...(present !== '' && { takesOver: `custom hostnames of ${zone.name} go to ${present} now` }),
      apply: () => cloudflare.setFallbackOrigin(zone.id, origin),
    },
  ];
}
