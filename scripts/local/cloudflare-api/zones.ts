/**
 * Zones with their DNS records and Worker routes. https://developers.cloudflare.com/api/resources/zones/,
 * https://developers.cloudflare.com/api/resources/dns/subresources/records/ and
 * https://developers.cloudflare.com/api/resources/workers/subresources/routes/
 */
import type { Hono } from 'hono';
import { z } from 'zod';
import { type Account, type DnsRecord, hexId, type WorkerRoute, type Zone } from './account.ts';
import { ok, okPage, readBody, refuse } from './envelope.ts';
import { findScript } from './scripts.ts';

const recordSchema = z.object({
  type: z.enum(['A', 'AAAA', 'CNAME', 'TXT', 'MX', 'CAA', 'NS']),
  name: z.string().min(1).max(255),
  content: z.string().min(1).max(2048),
  ttl: z.number().int().min(1).max(86_400).default(1),
  proxied: z.boolean().default(false),
  comment: z.string().max(500).nullish(),
});
const routeSchema = z.object({ pattern: z.string().min(1).max(2048), script: z.string().nullish() });
/** https://developers.cloudflare.com/workers/configuration/routing/routes/#matching-behavior */
const PATTERN = /^(?:https?:\/\/)?(\*|\*?[^*/?#]+)(?:\/[^?#]*)?$/;

export function findZone(account: Account, id: string): Zone {
  return (
    account.zones.get(id) ??
    refuse(404, 7003, `Could not route to /zones/${id}, perhaps your object identifier is invalid?`)
  );
}

export function serveZones(app: Hono, account: Account): void {
  const find = (id: string) => findZone(account, id);
  app.get('/zones', (c) => {
    const name = c.req.query('name');
    const owner = c.req.query('account.id');
    const zones = owner === undefined || owner === account.id ? [...account.zones.values()] : [];
    return okPage(
      c,
      zones
        .filter((zone) => name === undefined || zone.name === name)
        .map((zone) => shownZone(account, zone)),
      { perPage: 20, most: 50, pages: true },
    );
  });
  app.get('/zones/:zone', (c) => ok(c, shownZone(account, find(c.req.param('zone')))));

  const RECORDS = '/zones/:zone/dns_records';
  app.get(RECORDS, (c) => {
    const { type, name, content } = c.req.query();
    const records = [...find(c.req.param('zone')).records.values()].filter(
      (record) =>
        (type === undefined || record.type === type) &&
        (name === undefined || record.name === name) &&
        (content === undefined || record.content === content),
    );
    return okPage(c, records, { perPage: 100, most: 5000, pages: true });
  });
  app.post(RECORDS, async (c) => {
    const zone = find(c.req.param('zone'));
    const record = readRecord(zone, await readBody(c, recordSchema));
    refuseConflict(zone, record);
    zone.records.set(record.id, record);
    return ok(c, record);
  });
  const changeRecord = async (c: Parameters<typeof ok>[0], partial: boolean) => {
    const zone = find(c.req.param('zone') ?? '');
    const present = zone.records.get(c.req.param('record') ?? '');
    if (present === undefined) return refuse(404, 81044, 'Record does not exist.');
    const change = await readBody(c, partial ? recordSchema.partial() : recordSchema);
    const whole = recordSchema.parse({ ...(partial ? present : {}), ...change });
    const record = { ...readRecord(zone, whole), id: present.id };
    zone.records.delete(present.id);
    try {
      refuseConflict(zone, record);
    } catch (error) {
      zone.records.set(present.id, present);
      throw error;
    }
    zone.records.set(record.id, record);
    return ok(c, record);
  };
  app.get(`${RECORDS}/:record`, (c) =>
    ok(
      c,
      find(c.req.param('zone')).records.get(c.req.param('record')) ??
        refuse(404, 81044, 'Record does not exist.'),
    ),
  );
  app.put(`${RECORDS}/:record`, (c) => changeRecord(c, false));
  app.patch(`${RECORDS}/:record`, (c) => changeRecord(c, true));
  app.delete(`${RECORDS}/:record`, (c) => {
    const id = c.req.param('record');
    if (!find(c.req.param('zone')).records.delete(id)) refuse(404, 81044, 'Record does not exist.');
    return ok(c, { id });
  });

  const ROUTES = '/zones/:zone/workers/routes';
  const readRoute = (zone: Zone, { pattern, script }: z.infer<typeof routeSchema>): WorkerRoute => {
    const host = PATTERN.exec(pattern)?.[1];
    if (host === undefined) refuse(400, 10022, `Invalid route pattern: ${pattern}`);
    // `*/*` takes the whole zone and every custom hostname of it.
    if (host !== '*' && !host.endsWith(zone.name))
      refuse(400, 10021, `The route ${pattern} is not of the zone ${zone.name}.`);
    if (script) findScript(account, script);
    return { id: hexId('route', zone.name, pattern), pattern, script: script ?? null };
  };
  app.get(ROUTES, (c) => ok(c, [...find(c.req.param('zone')).routes.values()]));
  app.post(ROUTES, async (c) => {
    const zone = find(c.req.param('zone'));
    const route = readRoute(zone, await readBody(c, routeSchema));
    if ([...zone.routes.values()].some(({ pattern }) => pattern === route.pattern))
      refuse(409, 10020, 'A route with the same pattern already exists.');
    zone.routes.set(route.id, route);
    return ok(c, route);
  });
  app.get(`${ROUTES}/:route`, (c) =>
    ok(
      c,
      find(c.req.param('zone')).routes.get(c.req.param('route')) ?? refuse(404, 10009, 'Route not found.'),
    ),
  );
  app.put(`${ROUTES}/:route`, async (c) => {
    const zone = find(c.req.param('zone'));
    const id = c.req.param('route');
    if (!zone.routes.has(id)) refuse(404, 10009, 'Route not found.');
    const route = { ...readRoute(zone, await readBody(c, routeSchema)), id };
    if ([...zone.routes.values()].some((other) => other.id !== id && other.pattern === route.pattern))
      refuse(409, 10020, 'A route with the same pattern already exists.');
    zone.routes.set(id, route);
    return ok(c, route);
  });
  app.delete(`${ROUTES}/:route`, (c) => {
    const id = c.req.param('route');
    if (!find(c.req.param('zone')).routes.delete(id)) refuse(404, 10009, 'Route not found.');
    return ok(c, { id });
  });

  // What `wrangler deploy` does with `routes`: all of this script's, in all zones; those that are not named go.
  app.put('/accounts/:account/workers/scripts/:script/routes', async (c) => {
    const { name } = findScript(account, c.req.param('script'));
    const wanted = await readBody(
      c,
      z.array(
        z.looseObject({
          pattern: z.string(),
          zone_id: z.string().optional(),
          zone_name: z.string().optional(),
        }),
      ),
    );
    const placed = wanted.map(({ pattern, zone_id, zone_name }) => {
      const zone = [...account.zones.values()].find(
        (candidate) =>
          candidate.id === zone_id ||
          candidate.name === zone_name ||
          (zone_id === undefined && zone_name === undefined && ownsPattern(candidate, pattern)),
      );
      if (zone === undefined) return refuse(400, 10021, `No zone of this account has the route ${pattern}.`);
      const route = readRoute(zone, { pattern, script: name });
      const taken = [...zone.routes.values()].find(
        (other) => other.pattern === pattern && other.script !== name,
      );
      if (taken) refuse(409, 10020, 'A route with the same pattern already exists.');
      return { zone, route };
    });
    for (const zone of account.zones.values())
      for (const route of [...zone.routes.values()]) if (route.script === name) zone.routes.delete(route.id);
    for (const { zone, route } of placed) zone.routes.set(route.id, route);
    return ok(
      c,
      placed.map(({ route }) => route),
    );
  });
}

function ownsPattern(zone: Zone, pattern: string): boolean {
  const host = PATTERN.exec(pattern)?.[1]?.replace(/^\*\.?/, '') ?? '';
  return host === zone.name || host.endsWith(`.${zone.name}`);
}

function readRecord(zone: Zone, { comment, ...given }: z.infer<typeof recordSchema>): DnsRecord {
  const relative = given.name.toLowerCase();
  const name =
    relative === '@'
      ? zone.name
      : relative === zone.name || relative.endsWith(`.${zone.name}`)
        ? relative
        : `${relative}.${zone.name}`;
  if (given.proxied && !['A', 'AAAA', 'CNAME'].includes(given.type))
    refuse(400, 9004, 'This record type cannot be proxied.');
  return {
    id: hexId('record', given.type, name, given.content),
    ...given,
    name,
    comment: comment ?? null,
  };
}

function refuseConflict(zone: Zone, record: DnsRecord): void {
  const same = [...zone.records.values()].filter(({ name }) => name === record.name);
  if (same.some(({ type, content }) => type === record.type && content === record.content))
    refuse(400, 81058, 'An identical record already exists.');
  const address = (type: string) => ['A', 'AAAA', 'CNAME'].includes(type);
  const exclusive =
    record.type === 'CNAME'
      ? same.some(({ type }) => address(type))
      : same.some(({ type }) => type === 'CNAME' && address(record.type));
  if (exclusive) refuse(400, 81053, 'An A, AAAA, or CNAME record with that host already exists.');
}

function shownZone(account: Account, { id, name }: Zone) {
  return {
    id,
    name,
    status: 'active',
    paused: false,
    type: 'full',
    name_servers: ['ada.ns.cloudflare.com', 'bob.ns.cloudflare.com'],
    account: { id: account.id, name: 'Operator' },
    plan: { name: 'Free Website' },
  };
}
