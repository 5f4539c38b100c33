/**
 * What CLOUDFLARE_API_TOKEN may do, and whether the account has what is needed. Cloudflare does not say what a token may
 * do, so it is asked: by reading, and by deleting what cannot be there, which a token that may only read is refused.
 * Called by preflight.ts.
 */
import { Refusal } from '../../local/steps.ts';
import { CloudflareRefusal } from '../cloudflare-calls.ts';
import type { CloudflareClient } from '../cloudflare-client.ts';
import type { DeployEnvironment } from './deploy-config.ts';
import { findDnsOnly } from './routes.ts';

export async function checkCloudflare(
  cloudflare: CloudflareClient,
  { names, accountId, brandZone, neutralZone, customHostnameTarget }: DeployEnvironment,
): Promise<string[]> {
  const zones = Promise.all([
    checkZone(cloudflare, brandZone, { ours: [brandZone, `*.${brandZone}`], customHostnames: false }),
    checkZone(cloudflare, neutralZone, { ours: [customHostnameTarget], customHostnames: true }),
  ]);
  const account = await Promise.all([
    attempt(
      () => cloudflare.listNamespaces(),
      (refusal) =>
        refusal.status === 403 || refusal.status === 404
          ? `The account has no Workers for Platforms, or CLOUDFLARE_API_TOKEN has no right “Workers Scripts: Edit”. ${refusal.message}`
          : refusal.message,
    ),
    attempt(async () => {
      await cloudflare.findDeployments(names.dispatcher);
      await cloudflare.requireWrite('scripts');
    }, needs('Workers Scripts: Edit')),
    attempt(async () => {
      await cloudflare.listKvNamespaces();
      await cloudflare.requireWrite('kv');
    }, needs('Workers KV Storage: Edit')),
    attempt(async () => {
      await cloudflare.findBucket(names.brandFiles);
      await cloudflare.requireWrite('buckets');
    }, needs('Workers R2 Storage: Edit')),
    attempt(async () => {
      await cloudflare.listQueues();
      await cloudflare.requireWrite('queues');
    }, needs('Queues: Edit')),
  ]);
  // One reason, not one for each right.
  const nothing = account.every((lacks) => lacks.length > 0 && lacks.every((one) => one.includes('(403')))
    ? [
        `CLOUDFLARE_API_TOKEN may do nothing in the account ${accountId}: is it that account’s, with the rights of docs/going-live.md (Edit, not Read)?`,
      ]
    : null;
  const problems = [...(nothing ?? account.flat()), ...(await zones).flat()];
  const refused = problems.find((problem) => problem.includes('Cloudflare refuses CLOUDFLARE_API_TOKEN'));
  return refused === undefined
    ? problems
    : ['Cloudflare refuses CLOUDFLARE_API_TOKEN. Make one at https://dash.cloudflare.com/profile/api-tokens'];
}

async function checkZone(
  cloudflare: CloudflareClient,
  name: string,
  /** Names that the dispatcher is to answer. */
  { ours, customHostnames }: { readonly ours: readonly string[]; readonly customHostnames: boolean },
): Promise<string[]> {
  const passedBy: string[] = [];
  const found: { zone?: Awaited<ReturnType<CloudflareClient['findZone']>> } = {};
  const problems = await attempt(
    async () => {
      found.zone = await cloudflare.findZone(name);
    },
    needs(`Zone: Read for ${name}`),
  );
  const { zone } = found;
  if (zone === undefined) return problems;
  if (zone === null)
    return [
      `The account has no zone ${name}, or CLOUDFLARE_API_TOKEN does not see it. Add it at https://dash.cloudflare.com`,
    ];
  const rights = await Promise.all([
    attempt(
      async () => {
        const records = await cloudflare.listRecords(zone.id);
        for (const own of ours) {
          const problem = findDnsOnly(
            name,
            records.filter((record) => record.name === own),
          );
          if (problem !== null) passedBy.push(problem);
        }
        await cloudflare.requireWrite('records', zone.id);
      },
      needs(`DNS: Edit for ${name}`),
    ),
    attempt(
      async () => {
        await cloudflare.listRoutes(zone.id);
        await cloudflare.requireWrite('routes', zone.id);
      },
      needs(`Workers Routes: Edit for ${name}`),
    ),
    ...(customHostnames
      ? [
          attempt(
            async () => {
              await cloudflare.findFallbackOrigin(zone.id);
              await cloudflare.requireWrite('customHostnames', zone.id);
            },
            needs(`SSL and Certificates: Edit for ${name}`),
          ),
        ]
      : []),
  ]);
  const inactive =
    zone.status === 'active'
      ? []
      : [`The zone ${name} is ${zone.status}: its name servers have to be Cloudflare’s.`];
  return [...inactive, ...rights.flat(), ...passedBy];
}

function needs(right: string): (refusal: CloudflareRefusal) => string {
  return (refusal) =>
    refusal.status === 403 ? `CLOUDFLARE_API_TOKEN lacks “${right}” (403).` : refusal.message;
}

async function attempt(
  ask: () => Promise<unknown>,
  explain: (refusal: CloudflareRefusal) => string,
): Promise<string[]> {
  try {
    await ask();
    return [];
  } catch (error) {
    if (error instanceof CloudflareRefusal) return [explain(error)];
    if (error instanceof Refusal) return [error.message];
    throw error;
  }
}
