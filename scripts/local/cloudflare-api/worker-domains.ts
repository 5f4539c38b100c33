/**
 * Workers Custom Domains: a name of a zone that belongs to a Worker, with its DNS record. A route that takes the name goes
 * before it. https://developers.cloudflare.com/api/resources/workers/subresources/domains/ and
 * https://developers.cloudflare.com/workers/configuration/routing/custom-domains/
 */
import type { Hono } from 'hono';
import { z } from 'zod';
import { type Account, hexId, type WorkerDomain, type Zone } from './account.ts';
import { ok, readBody, refuse } from './envelope.ts';
import { findScript } from './scripts.ts';
import { findZone } from './zones.ts';

const attachSchema = z.object({
  hostname: z.string().min(1).max(255),
  service: z.string().min(1).max(255),
  zone_id: z.string(),
  environment: z.string().default('production'),
});

export function serveWorkerDomains(app: Hono, account: Account): void {
  const ALL = '/accounts/:account/workers/domains';
  app.get(ALL, (c) => {
    const { hostname, service, zone_id, zone_name } = c.req.query();
    const domains = [...account.zones.values()]
      .filter(
        ({ id, name }) =>
          (zone_id === undefined || id === zone_id) && (zone_name === undefined || name === zone_name),
      )
      .flatMap((zone) => [...zone.workerDomains.values()].map((domain) => shown(zone, domain)))
      .filter(
        (domain) =>
          (hostname === undefined || domain.hostname === hostname) &&
          (service === undefined || domain.service === service),
      );
    return ok(c, domains);
  });
  app.put(ALL, async (c) => {
    const { hostname, service, zone_id, environment } = await readBody(c, attachSchema);
    const zone = findZone(account, zone_id);
    if (hostname !== zone.name && !hostname.endsWith(`.${zone.name}`))
      refuse(400, 100117, `${hostname} is not of the zone ${zone.name}.`);
    findScript(account, service);
    const present = [...zone.workerDomains.values()].find((domain) => domain.hostname === hostname);
    if (present === undefined && [...zone.records.values()].some(({ name }) => name === hostname))
      refuse(409, 100117, `The hostname ${hostname} already has externally managed DNS records.`);
    const domain = { id: hexId('worker domain', hostname), hostname, service, environment };
    zone.workerDomains.set(domain.id, domain);
    const content = '100::';
    const id = hexId('record', 'AAAA', hostname, content);
    zone.records.set(id, {
      ...{ id, type: 'AAAA', name: hostname, content, ttl: 1, proxied: true, comment: null },
    });
    return ok(c, shown(zone, domain));
  });
  app.delete(`${ALL}/:id`, (c) => {
    const id = c.req.param('id');
    const zone = [...account.zones.values()].find(({ workerDomains }) => workerDomains.has(id));
    const domain = zone?.workerDomains.get(id);
    if (zone === undefined || domain === undefined)
      return refuse(404, 100114, 'The Workers domain was not found.');
    zone.workerDomains.delete(id);
    zone.records.delete(hexId('record', 'AAAA', domain.hostname, '100::'));
    return ok(c, null);
  });
}

function shown(zone: Zone, domain: WorkerDomain) {
  return { ...domain, zone_id: zone.id, zone_name: zone.name };
}
