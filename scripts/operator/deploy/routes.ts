/**
 * The step `routes`: names and routes of both zones. The brand zone sends its apex and one label below it to the
 * dispatcher, the neutral zone every custom hostname, of which each domain of a partner's own is made one. What the operator
 * has there already is taken over only by a yes.
 */
import { Refusal } from '../../local/steps.ts';
import type { DnsRecord, WorkerRoute } from '../cloudflare-client.ts';
import { isWithin } from './deploy-config.ts';
import type { Installation } from './installation.ts';
import type { Change, Step } from './steps.ts';
import { readHostnames } from './tenants.ts';

/** The discard prefix (RFC 6666): an address that nobody answers at, for names that a Worker answers. */
const ORIGINLESS = '100::';
const ADDRESSES = new Set(['A', 'AAAA', 'CNAME']);
const MOST_NAMED = 20;

interface ZoneState {
  readonly name: string;
  readonly id: string;
  readonly records: readonly DnsRecord[];
  readonly routes: readonly WorkerRoute[];
}

export function routesStep(installation: Installation): Step {
  const { environment } = installation;
  const { brandZone, neutralZone, customHostnameTarget } = environment;
  return {
    name: 'routes',
    title: 'Names and routes',
    async look() {
      const [brand, neutral] = await Promise.all([
        readZone(installation, brandZone),
        readZone(installation, neutralZone),
      ]);
      return [
        ...nameChanges(installation, brand, [brandZone, `*.${brandZone}`]),
        ...routeChanges(installation, brand, `${brandZone}/*`, (name) => name === brandZone),
        ...routeChanges(installation, brand, `*.${brandZone}/*`, (name) => name !== brandZone),
        ...nameChanges(installation, neutral, [customHostnameTarget]),
        ...(await originChanges(installation, neutral)),
        ...routeChanges(installation, neutral, '*/*', () => true),
        ...(await hostnameChanges(installation, neutral)),
      ];
    },
  };
}

async function readZone({ cloudflare }: Installation, name: string): Promise<ZoneState> {
  const zone = await cloudflare.findZone(name);
  if (zone === null) throw new Refusal(`The account has no zone ${name}.`);
  const [records, routes] = await Promise.all([
    cloudflare.listRecords(zone.id),
    cloudflare.listRoutes(zone.id),
  ]);
  return { name, id: zone.id, records, routes };
}

/** Each name is proxied; what it points at does not matter, a Worker answers. */
function nameChanges({ cloudflare }: Installation, zone: ZoneState, names: readonly string[]): Change[] {
  return names.flatMap((name): Change[] => {
    const present = zone.records.filter((record) => record.name === name && ADDRESSES.has(record.type));
    if (present.some(({ proxied }) => proxied !== true))
      throw new Refusal(
        `${name} is a DNS-only record of the zone ${zone.name}: no Worker answers there. Make it proxied, or remove it.`,
      );
    if (present.length > 0) return [];
    const record = { type: 'AAAA', name, content: ORIGINLESS, proxied: true, ttl: 1 };
    return [
      {
        what: `create the name ${name} (AAAA ${ORIGINLESS}, proxied)`,
        apply: () => cloudflare.createRecord(zone.id, record),
      },
    ];
  });
}

/** `covers`: whether a name of the zone would be answered by the dispatcher through this route. */
function routeChanges(
  { cloudflare, environment }: Installation,
  zone: ZoneState,
  pattern: string,
  covers: (name: string) => boolean,
): Change[] {
  const { dispatcher } = environment.names;
  const present = zone.routes.find((route) => route.pattern === pattern);
  if (present?.script === dispatcher) return [];
  const captured = zone.records.filter(
    (record) =>
      record.proxied === true &&
      ADDRESSES.has(record.type) &&
      record.content !== ORIGINLESS &&
      covers(record.name) &&
      !zone.routes.some((route) => route.pattern.startsWith(`${record.name}/`)),
  );
  const taken = [
    ...(present === undefined
      ? []
      : [`the route ${pattern}, which ${present.script ?? 'no Worker'} has now`]),
    ...captured.slice(0, MOST_NAMED).map(({ name, type, content }) => `${name} (${type} ${content ?? ''})`),
    ...(captured.length > MOST_NAMED ? [`${captured.length - MOST_NAMED} more names`] : []),
  ];
  return [
    {
      what: `route ${pattern} to ${dispatcher}`,
      ...(taken.length > 0 && { consent: `the dispatcher would answer in place of: ${taken.join(', ')}` }),
      apply: () =>
        present === undefined
          ? cloudflare.createRoute(zone.id, pattern, dispatcher)
          : cloudflare.replaceRoute(zone.id, present.id, pattern, dispatcher),
    },
  ];
}

async function originChanges({ cloudflare, environment }: Installation, zone: ZoneState): Promise<Change[]> {
  const { customHostnameTarget: origin } = environment;
  const present = (await cloudflare.findFallbackOrigin(zone.id))?.origin ?? '';
  if (present === origin) return [];
  return [
    {
      what: `send custom hostnames of ${zone.name} to ${origin}`,
      ...(present !== '' && { consent: `custom hostnames of ${zone.name} go to ${present} now` }),
      apply: () => cloudflare.setFallbackOrigin(zone.id, origin),
    },
  ];
}

/** Domains of partners' own. Cloudflare forgets one that does not point here within 7 days: then it is made again. */
async function hostnameChanges(
  { cloudflare, environment, sql }: Installation,
  zone: ZoneState,
): Promise<Change[]> {
  const { brandZone, neutralZone, customHostnameTarget } = environment;
  const own = (await readHostnames(sql)).filter(
    (name) => !isWithin(name, brandZone) && !isWithin(name, neutralZone),
  );
  if (own.length === 0) return [];
  const present = new Set(await cloudflare.listCustomHostnames(zone.id));
  return own
    .filter((name) => !present.has(name))
    .map((name) => ({
      what: `take ${name} in; its owner points it here: CNAME ${customHostnameTarget}`,
      apply: () => cloudflare.createCustomHostname(zone.id, name),
    }));
}
