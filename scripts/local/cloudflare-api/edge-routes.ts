/**
 * Which Worker answers a host and path, and which version of it: DNS, custom hostnames, routes and deployments as
 * Cloudflare's edge reads them. Used by edge.ts. https://developers.cloudflare.com/workers/configuration/routing/routes/,
 * https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/ and
 * https://developers.cloudflare.com/workers/configuration/versions-and-deployments/gradual-deployments/#version-overrides
 */
import type { Account, CustomHostname, WorkerRoute, Zone } from './account.ts';

/** What a visitor gets instead of an answer; `why` is for the operator. */
export interface EdgeRefusal {
  readonly status: number;
  readonly why: string;
}

export type EdgeTarget =
  | { readonly ok: true; readonly script: string }
  | { readonly ok: false; readonly refusal: EdgeRefusal };

/** `host` without a port, in lower case. */
export function findTarget(account: Account, host: string, path: string): EdgeTarget {
  const custom = [...account.zones.values()].find((zone) =>
    [...zone.customHostnames.values()].some(
      (known) => known.hostname === host && isActive(account, zone, known),
    ),
  );
  if (custom) {
    if ([...custom.customHostnames.values()].some(({ hostname, ssl }) => hostname === host && ssl === null))
      return refused(525, `The custom hostname ${host} has no certificate: none was asked for.`);
    if (custom.fallbackOrigin === null)
      return refused(530, `The zone ${custom.name} has no fallback origin for the custom hostname ${host}.`);
    return routed(custom, host, path);
  }
  const zone = [...account.zones.values()]
    .filter(({ name }) => host === name || host.endsWith(`.${name}`))
    .toSorted((a, b) => b.name.length - a.name.length)[0];
  if (zone === undefined) return refused(409, `${host} is in no zone and no active custom hostname.`);
  if (!resolves(zone, host))
    return refused(530, `${host} has no proxied DNS record in the zone ${zone.name}.`);
  const below = host === zone.name ? 0 : host.slice(0, -zone.name.length - 1).split('.').length;
  if (below > 1)
    return refused(525, `No certificate covers ${host}: Universal SSL reaches one label below a zone.`);
  return routed(zone, host, path);
}

/**
 * Once its owner has pointed it at a name of the zone that is there: Cloudflare sees the CNAME, and serves the token of
 * the certificate there. https://developers.cloudflare.com/cloudflare-for-platforms/cloudflare-for-saas/domain-support/hostname-validation/
 */
export function isActive({ pointed }: Account, zone: Zone, { hostname }: CustomHostname): boolean {
  const target = pointed.get(hostname);
  return target?.endsWith(`.${zone.name}`) === true && resolves(zone, target);
}

/** By the override if it names one of the deployment, else by the shares; `count` spreads requests over them. */
export function pickVersion(
  account: Account,
  script: string,
  overrides: string | string[] | undefined,
  count: number,
): string | null {
  const deployed = account.scripts.get(script)?.deployments.at(-1)?.versions ?? [];
  const wanted = [...String(overrides ?? '').matchAll(/([\w-]+)="([0-9a-f-]{36})"/g)].find(
    ([, name]) => name === script,
  )?.[2];
  if (deployed.some(({ version_id }) => version_id === wanted)) return wanted ?? null;
  // 61 and 100 have no common divisor: each share is met exactly within a hundred requests.
  let left = (count * 61) % 100;
  for (const { version_id, percentage } of deployed) {
    if (left < percentage) return version_id;
    left -= percentage;
  }
  return deployed.find(({ percentage }) => percentage > 0)?.version_id ?? null;
}

function routed(zone: Zone, host: string, path: string): EdgeTarget {
  const [route] = [...zone.routes.values()]
    .filter(({ pattern }) => matches(pattern, host, path))
    .toSorted((a, b) => specificity(b) - specificity(a));
  if (route?.script) return { ok: true, script: route.script };
  // A Worker's own name comes after all routes.
  const own = [...zone.workerDomains.values()].find(({ hostname }) => hostname === host);
  if (own !== undefined) return { ok: true, script: own.service };
  // Nothing is behind an originless record.
  return refused(522, `No route of the zone ${zone.name} takes ${host}${path}.`);
}

function matches(pattern: string, host: string, path: string): boolean {
  const bare = pattern.replace(/^https?:\/\//, '');
  const slash = bare.indexOf('/');
  const [hosts, paths] = slash < 0 ? [bare, ''] : [bare.slice(0, slash), bare.slice(slash)];
  return wildcard(hosts, host) && wildcard(paths, path);
}

/** A star stands for anything, in a host only at its beginning and in a path only at its end. */
function wildcard(pattern: string, text: string): boolean {
  if (!pattern.includes('*')) return pattern === text;
  const [before = '', after = ''] = pattern.split('*');
  return text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after);
}

/** Exact hosts before wildcards, long patterns before short ones. */
function specificity({ pattern }: WorkerRoute): number {
  return (pattern.startsWith('*') ? 0 : 10_000) + pattern.length;
}

function resolves({ records }: Zone, host: string): boolean {
  return [...records.values()].some(
    ({ name, proxied }) =>
      proxied && (name === host || (name.startsWith('*.') && host.endsWith(name.slice(1)))),
  );
}

function refused(status: number, why: string): EdgeTarget {
  return { ok: false, refusal: { status, why } };
}
