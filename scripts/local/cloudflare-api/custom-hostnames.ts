/**
 * Cloudflare for SaaS: custom hostnames of a zone and its fallback origin.
 * https://developers.cloudflare.com/api/resources/custom_hostnames/ and
 * https://developers.cloudflare.com/cloudflare-for-platforms/cloudflare-for-saas/
 */
import type { Hono } from 'hono';
import { z } from 'zod';
import { type Account, type CustomHostname, hexId, now, uuid, type Zone } from './account.ts';
import { isActive } from './edge-routes.ts';
import { ok, okPage, readBody, refuse } from './envelope.ts';
import { findZone } from './zones.ts';

const RESERVED = /(?:^|\.)example\.(?:com|net|org)$/;
const RESERVED_TLD = /\.(?:test|example|invalid|localhost|local|internal)$/;

const createSchema = z.object({
  hostname: z.string().min(1).max(255),
  ssl: z.looseObject({ method: z.enum(['http', 'txt', 'email']), type: z.literal('dv') }).nullish(),
  custom_metadata: z.record(z.string(), z.unknown()).nullish(),
  custom_origin_server: z.string().nullish(),
});

export function serveCustomHostnames(app: Hono, account: Account): void {
  const ALL = '/zones/:zone/custom_hostnames';
  const find = (zone: Zone, id: string) =>
    zone.customHostnames.get(id) ?? refuse(404, 1436, 'The custom hostname was not found.');

  app.get(`${ALL}/fallback_origin`, (c) => {
    const zone = findZone(account, c.req.param('zone'));
    if (zone.fallbackOrigin === null) refuse(404, 1551, 'Resource not found.');
    return ok(c, shownFallback(zone.fallbackOrigin));
  });
  app.put(`${ALL}/fallback_origin`, async (c) => {
    const zone = findZone(account, c.req.param('zone'));
    const { origin } = await readBody(c, z.object({ origin: z.string().min(1).max(255) }));
    const record = [...zone.records.values()].find(({ name, proxied }) => name === origin && proxied);
    if (record === undefined)
      refuse(400, 1414, `The fallback origin ${origin} is no proxied DNS record of ${zone.name}.`);
    zone.fallbackOrigin = origin;
    return ok(c, shownFallback(origin));
  });
  app.delete(`${ALL}/fallback_origin`, (c) => {
    const zone = findZone(account, c.req.param('zone'));
    if (zone.fallbackOrigin === null) refuse(404, 1551, 'Resource not found.');
    const origin = zone.fallbackOrigin;
    zone.fallbackOrigin = null;
    return ok(c, { ...shownFallback(origin), status: 'pending_deletion' });
  });

  app.get(ALL, (c) => {
    const hostname = c.req.query('hostname');
    const zone = findZone(account, c.req.param('zone'));
    const hostnames = [...zone.customHostnames.values()];
    return okPage(
      c,
      // Any part of a name finds it.
      hostnames
        .filter((known) => hostname === undefined || known.hostname.includes(hostname))
        .map((known) => shown(account, zone, known)),
      { perPage: 20, most: 50, pages: true },
    );
  });
  app.post(ALL, async (c) => {
    const zone = findZone(account, c.req.param('zone'));
    const { hostname, ssl, custom_metadata } = await readBody(c, createSchema);
    if (/[^\x20-\x7e]/.test(hostname)) refuse(400, 1408, 'Custom hostnames must be ASCII; use punycode.');
    if (RESERVED_TLD.test(hostname))
      refuse(400, 1409, 'The custom hostname has a reserved top-level domain.');
    if (RESERVED.test(hostname)) refuse(400, 1411, 'The custom hostname is not allowed.');
    if ([...zone.customHostnames.values()].some((known) => known.hostname === hostname))
      refuse(409, 1406, 'Duplicate custom hostname found.');
    const created: CustomHostname = {
      id: uuid('custom hostname', zone.name, hostname),
      hostname,
      ssl: ssl ?? null,
      customMetadata: custom_metadata ?? null,
      createdAt: now(),
    };
    zone.customHostnames.set(created.id, created);
    return ok(c, shown(account, zone, created), 201);
  });
  app.get(`${ALL}/:id`, (c) => {
    const zone = findZone(account, c.req.param('zone'));
    return ok(c, shown(account, zone, find(zone, c.req.param('id'))));
  });
  app.patch(`${ALL}/:id`, async (c) => {
    const zone = findZone(account, c.req.param('zone'));
    const known = find(zone, c.req.param('id'));
    const { ssl } = await readBody(c, z.object({ ssl: z.record(z.string(), z.unknown()).optional() }));
    // Asks for validation again; what was active stays so.
    if (ssl) known.ssl = { ...known.ssl, ...ssl };
    return ok(c, shown(account, zone, known));
  });
  app.delete(`${ALL}/:id`, (c) => {
    const zone = findZone(account, c.req.param('zone'));
    const { id } = find(zone, c.req.param('id'));
    zone.customHostnames.delete(id);
    return ok(c, { id });
  });
}

function shown(account: Account, zone: Zone, known: CustomHostname) {
  const { id, hostname, ssl, customMetadata, createdAt } = known;
  const active = isActive(account, zone, known);
  const token = hexId('validation', hostname);
  return {
    id,
    hostname,
    status: active ? 'active' : 'pending',
    ssl:
      ssl === null
        ? null
        : {
            id: hexId('certificate', hostname),
            ...ssl,
            status: active ? 'active' : 'pending_validation',
            ...(!active && {
              validation_records: [
                ssl['method'] === 'txt'
                  ? { status: 'pending', txt_name: `_acme-challenge.${hostname}`, txt_value: token }
                  : {
                      status: 'pending',
                      http_url: `http://${hostname}/.well-known/pki-validation/${token}.txt`,
                      http_body: token,
                    },
              ],
            }),
          },
    custom_metadata: customMetadata,
    ownership_verification: active
      ? undefined
      : { type: 'txt', name: `_cf-custom-hostname.${hostname}`, value: uuid('ownership', hostname) },
    created_at: createdAt,
  };
}

function shownFallback(origin: string) {
  return { origin, status: 'active', errors: [], created_at: now(), updated_at: now() };
}
