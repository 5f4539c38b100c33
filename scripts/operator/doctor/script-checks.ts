/**
 * Are scripts of the dispatch namespace and rows of tenants in step, in both directions? Called by doctor.ts, with access to
 * Cloudflare.
 */
import { physicalName, releaseOf, tenantWorkersOf } from '../deploy/worker-plan.ts';
import type { Deployed } from './deployed.ts';
import { type Check, type Finding, fail, nameSome, ok, warn } from './findings.ts';

const CHECK_SECONDS = 60;

/** `named`: logical Workers of the rows of tenants that are served. */
export function scriptChecks(
  namespace: string,
  named: readonly string[],
  deployed: () => Promise<Deployed>,
): Check[] {
  const about = `Namespace ${namespace}`;
  return [
    {
      group: 'workers',
      about,
      seconds: CHECK_SECONDS,
      async run() {
        const found = await deployed();
        const findings = [...findMissing(about, named, found), ...findLeft(about, named, found)];
        const serving = found.dispatcher[0]?.release;
        return findings.length > 0 || !serving
          ? findings
          : [ok(about, `has every Worker that a tenant names, of the release ${serving}`)];
      },
    },
  ];
}

/** What a dispatcher that has visitors asks for and does not get. */
function findMissing(about: string, named: readonly string[], { dispatcher, scripts }: Deployed): Finding[] {
  const present = new Set(scripts);
  const serving = dispatcher.filter(({ release, percentage }) => release && percentage > 0);
  return serving.flatMap(({ release }) =>
    tenantWorkersOf(named).flatMap((worker) => {
      const script = physicalName(worker, release ?? '');
      if (present.has(script)) return [];
      return named.includes(worker)
        ? fail(
            about,
            `has no ${script}, which serves a tenant`,
            'Deploy; it uploads every Worker that a tenant names.',
          )
        : warn(about, `has no ${script}: the next tenant with it would not be served`, 'Deploy.');
    }),
  );
}

/** What nobody asks for. */
function findLeft(
  about: string,
  named: readonly string[],
  { dispatcher, before, scripts }: Deployed,
): Finding[] {
  const kept = new Set([before, ...dispatcher.flatMap(({ release, tag }) => [release, tag])]);
  const wanted = new Set(tenantWorkersOf(named));
  const releaseFor = (script: string) => releaseOf(script, named);
  const strangers = scripts.filter((script) => releaseFor(script) === null);
  const ours = scripts.filter((script) => releaseFor(script) !== null);
  const old = ours.filter((script) => !kept.has(releaseFor(script)));
  const orphans = ours.filter((script) => kept.has(releaseFor(script)) && !wanted.has(logicalName(script)));
  const tell = (left: readonly string[], why: string, todo: string) =>
    left.length === 0 ? [] : [warn(about, `has ${nameSome(left)}: ${why}`, todo)];
  return [
    ...tell(
      old,
      'of a release that neither serves nor did before',
      'Is a deployment under way? If not, the next one cleans this up.',
    ),
    ...tell(
      orphans,
      'no tenant names it any more',
      'Nobody is served by it. It goes with its release, or delete it.',
    ),
    ...tell(
      strangers,
      'of no release',
      'No deployment has made it and none removes it: delete it, unless somebody means it.',
    ),
  ];
}

function logicalName(script: string): string {
  return script.slice(0, script.indexOf('--'));
}
