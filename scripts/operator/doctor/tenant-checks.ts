/** Does every hostname answer as its tenant, in its brand and no other, in the version of the database? Called by doctor.ts. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { healthSchema } from '../../../contract/api.ts';
import { BOOT_ELEMENT_ID, type Boot, bootSchema } from '../../../contract/boot.ts';
import { resolveBrand } from '../../../contract/branding.ts';
import { brandConfigOf } from '../../../contract/tenants.ts';
import {
  fetchPortal,
  type PortalAnswer,
  parseJson,
  type SmokeTarget,
  titleOf,
} from '../deploy/smoke-test.ts';
import { type Check, type Finding, fail, ok, warn } from './findings.ts';
import { type Host, type Installation, LAG_MILLISECONDS } from './installation.ts';

const TRIES = 2;
const LONGEST_PAUSE_SECONDS = 10;
const CHECK_SECONDS = 90;
const SAYS_LITTLE = 'Look at the log of the dispatcher and of the tenant’s Worker.';

type Ask = (path: string) => Promise<PortalAnswer | null>;

export function tenantChecks(
  { hosts, primary }: Installation,
  target: SmokeTarget,
  tenantId: string | undefined,
): Check[] {
  const checks = hosts
    .filter((host) => tenantId === undefined || host.tenantId === tenantId)
    .map((host): Check => {
      const ask: Ask = (path) => askPatiently(target, host.hostname, path);
      return {
        group: 'tenants',
        about: host.hostname,
        seconds: CHECK_SECONDS,
        run: () => judgeHost(host, ask, { hosts, primary }),
      };
    });
  return primary === null || tenantId !== undefined ? checks : [...checks, unknownHostCheck(primary, target)];
}

/** "Not now" is asked again: many hostnames at once may meet the ceiling on unfamiliar ones. */
async function askPatiently(
  target: SmokeTarget,
  hostname: string,
  path: string,
): Promise<PortalAnswer | null> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await fetchPortal(target, hostname, path, null);
    const pause = Number(answer?.headers['retry-after']);
    if (answer?.status !== 503 || !(pause > 0) || attempt === TRIES) return answer;
    await sleep(Math.min(pause, LONGEST_PAUSE_SECONDS) * 1000);
  }
}

async function judgeHost(
  host: Host,
  ask: Ask,
  installation: Pick<Installation, 'hosts' | 'primary'>,
): Promise<Finding[]> {
  switch (host.status) {
    case 'active':
      return judgeActive(host, ask, installation);
    case 'suspended':
      return [judgeStatus(host, await ask('/'), 403, 'suspended')];
    case 'inactive':
      return [judgeStatus(host, await ask('/'), 404, 'gone')];
    default:
      return host.status satisfies never;
  }
}

function judgeStatus(host: Host, answer: PortalAnswer | null, wanted: number, state: string): Finding {
  const about = host.hostname;
  if (answer?.status === wanted) return ok(about, `${host.tenantId} is ${state}, and answers ${wanted}`);
  const words = `${host.tenantId} is ${state}, and answers ${answer?.status ?? 'nothing'} instead of ${wanted}`;
  return answer?.status === 200 ? outOfDate(host, words) : fail(about, words, SAYS_LITTLE);
}

function outOfDate(host: Host, words: string): Finding {
  const todo = 'Its entry in KV is not being refreshed: look for directory_stale in the dispatcher’s log.';
  return Date.now() - host.updatedAt.getTime() < LAG_MILLISECONDS
    ? warn(host.hostname, `${words}; it was changed a moment ago`, 'Run this again in ten minutes.')
    : fail(host.hostname, words, todo);
}

async function judgeActive(
  host: Host,
  ask: Ask,
  { hosts, primary }: Pick<Installation, 'hosts' | 'primary'>,
): Promise<Finding[]> {
  const about = host.hostname;
  const [health, page, manifest] = [
    await ask('/api/health'),
    await ask('/sign-in'),
    await ask('/manifest.webmanifest'),
  ];
  if (page === null) return [fail(about, 'does not answer', 'Is its DNS right, and its certificate there?')];
  // Each answer of ours has one, whatever it says.
  if (page.headers['x-request-id'] === undefined)
    return [
      fail(
        about,
        `does not lead here: somebody else answers (${page.status})`,
        'Does its DNS point here, and is it a custom hostname of the neutral zone?',
      ),
    ];
  const findings = [judgeHealth(host, health), judgeClients(host)].filter((finding) => finding !== null);
  const boot = page.status === 200 ? readBoot(page.body) : null;
  if (boot === null)
    return [...findings, fail(about, `/sign-in is no page of ours (${page.status})`, SAYS_LITTLE)];
  findings.push(...judgeBrand(host, boot, page.body));
  const named = z
    .looseObject({ name: z.string() })
    .safeParse(manifest?.status === 200 ? parseJson(manifest.body) : null);
  if (named.data?.name !== boot.brand.name)
    findings.push(
      fail(
        about,
        `its manifest is not of ${boot.brand.name} (${manifest?.status ?? 'no answer'})`,
        SAYS_LITTLE,
      ),
    );
  if (host.type !== 'primary' && primary !== null) {
    const own = hosts.filter(({ tenantId }) => tenantId === host.tenantId).map(({ hostname }) => hostname);
    const leak = findLeak(`${withoutCredit(page.body)}\n${manifest?.body ?? ''}`, own, primary);
    if (leak !== null)
      findings.push(
        fail(
          about,
          `its pages name the platform: ${leak}`,
          'Look where in the page; the brand may say it itself.',
        ),
      );
  }
  const healthy = `${host.tenantId} answers as ${boot.brand.name}, version ${boot.version}`;
  return findings.length > 0 ? findings : [ok(about, healthy)];
}

function judgeHealth({ hostname, tenantId, worker }: Host, answer: PortalAnswer | null): Finding | null {
  const health = healthSchema.safeParse(answer?.status === 200 ? parseJson(answer.body) : null);
  if (!health.success)
    return fail(
      hostname,
      `its Worker ${worker} does not answer (${answer?.status ?? 'no answer'})`,
      `Is ${worker} deployed in the namespace, with all of its secrets?`,
    );
  const { tenant, worker: answering } = health.data;
  if (tenant.tenantId !== tenantId)
    return fail(hostname, `is answered as another tenant’s: ${tenant.tenantId}`, SAYS_LITTLE);
  if (answering !== worker)
    return fail(hostname, `is answered by ${answering}, not by ${worker}`, SAYS_LITTLE);
  return null;
}

/** Providers tie a client to its host: away from the platform's domain a host needs its own. */
function judgeClients({ hostname, resolution }: Host): Finding | null {
  const tenant = resolution?.tenant ?? null;
  return tenant === null || tenant.platformDomain || tenant.providers.length > 0
    ? null
    : fail(
        hostname,
        'nobody can sign in: it has no OAuth client of its own',
        'Its admin sets one up under Sign-in, or you do.',
      );
}

function judgeBrand(host: Host, boot: Boot, page: string): Finding[] {
  if (host.resolution === null)
    return [
      fail(
        host.hostname,
        'the database resolves it to what this clone cannot read',
        'Examine it from the commit that is deployed.',
      ),
    ];
  const { tenant, version } = host.resolution;
  if (tenant === null)
    return [fail(host.hostname, 'the database resolves it to no tenant', 'npm run list-tenants')];
  const brand = resolveBrand(tenant.name, brandConfigOf(tenant));
  if (boot.version < version)
    return [
      outOfDate(
        host,
        `is served in version ${boot.version} (${boot.brand.name}), the database has ${version} (${brand.name})`,
      ),
    ];
  // Newer than what was read a moment ago: somebody published meanwhile.
  if (boot.version > version) return [];
  if (!isDeepStrictEqual(boot.brand, brand))
    return [
      fail(
        host.hostname,
        `wears another brand than its own: ${boot.brand.name}, not ${brand.name}`,
        SAYS_LITTLE,
      ),
    ];
  return titleOf(page).includes(brand.name)
    ? []
    : [fail(host.hostname, `/sign-in is not titled with ${brand.name}`, SAYS_LITTLE)];
}

/** Whose plan says so names who it runs on, in this one place. */
function withoutCredit(page: string): string {
  return page.replace(/"poweredBy":\{[^{}]*\}/, '');
}

/** The host's own name is no leak, even where it is below the platform's domain. */
function findLeak(text: string, own: readonly string[], primary: Host): string | null {
  let rest = text.toLowerCase();
  for (const hostname of own.toSorted((a, b) => b.length - a.length)) rest = rest.replaceAll(hostname, '');
  const names = [primary.tenantName, primary.domain, primary.resolution?.tenant?.brand.name];
  return names.find((name) => name !== undefined && rest.includes(name.toLowerCase())) ?? null;
}

function unknownHostCheck(primary: Host, target: SmokeTarget): Check {
  const hostname = `nobody-${randomBytes(6).toString('hex')}.${primary.domain}`;
  return {
    group: 'tenants',
    about: 'An unknown host',
    seconds: CHECK_SECONDS,
    async run() {
      const answer = await askPatiently(target, hostname, '/');
      if (answer?.status !== 404)
        return [
          fail('An unknown host', `answers ${answer?.status ?? 'nothing'} instead of 404`, SAYS_LITTLE),
        ];
      const leak = findLeak(answer.body, [hostname], primary);
      return leak === null
        ? [ok('An unknown host', 'answers 404, without a brand')]
        : [fail('An unknown host', `answers with a brand: ${leak}`, SAYS_LITTLE)];
    },
  };
}

function readBoot(html: string): Boot | null {
  const [, text = ''] =
    new RegExp(`<script[^>]*\\bid="${BOOT_ELEMENT_ID}"[^>]*>([^<]*)</script>`).exec(html) ?? [];
  return bootSchema.safeParse(parseJson(text)).data ?? null;
}
