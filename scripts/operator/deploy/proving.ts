/**
 * Whether a release proves itself: tenants that were as they should be before it decide, the others are told of. What
 * fails goes back to the dispatcher version before; its Workers in the namespace stay until the next release.
 */
import { Refusal } from '../../local/steps.ts';
import { isWithin } from './deploy-config.ts';
import type { Installation } from './installation.ts';
import { type Rollout, readRollout, writeRollout } from './rollout.ts';
import { ANY_VERSION, type AskedVersion, askTenants, type TenantHealth } from './smoke-test.ts';
import type { Step } from './steps.ts';
import type { DeployedTenant } from './tenants.ts';
import { findServing, goBackTo, type Serving } from './versions.ts';

/** Names, certificates and routes of a first release take their time to be everywhere. */
const FIRST_PATIENCE_MILLISECONDS = 120_000;

/** Who is well before a release begins. What was interrupted goes on with what it began with. */
export async function rememberBaseline(
  { sql, smoke, tenants }: Installation,
  release: string,
  serving: Serving | null,
): Promise<void> {
  const begun = await readRollout(sql);
  if (begun !== null && goesOn(begun, serving)) {
    if (begun.releases.at(-1) !== release)
      await writeRollout(sql, { ...begun, releases: [...begun.releases, release] });
    return;
  }
  const since = new Date().toISOString();
  const health = serving === null ? [] : await askTenants(smoke, await tenants(), ANY_VERSION);
  const ill = health.filter(isIll).map(({ tenantId }) => tenantId);
  await writeRollout(sql, { releases: [release], previousVersion: serving?.version ?? null, since, ill });
}

/** False when somebody else has deployed since: what it would go back to is not what was there before this release. */
export function goesOn({ previousVersion, releases }: Rollout, serving: Serving | null): boolean {
  if (serving === null) return previousVersion === null;
  return (
    serving.version === previousVersion || (serving.release !== null && releases.includes(serving.release))
  );
}

interface Judged extends AskedVersion {
  /** Null when nothing has begun: then there is nothing to go back to. */
  readonly rollout: Rollout | null;
  readonly goBack: (() => Promise<void>) | null;
}

/** Answers in words, or goes back and throws. */
export async function judgeRelease(installation: Installation, judged: Judged): Promise<string> {
  const { sql, smoke, environment, onlyTenant } = installation;
  const { rollout, goBack } = judged;
  const tenants = (await installation.tenants()).filter(
    ({ tenantId }) => onlyTenant === undefined || tenantId === onlyTenant,
  );
  const deciding = onlyTenant === undefined ? decidersOf(rollout, tenants, environment.brandZone) : tenants;
  const others = tenants.filter((tenant) => !deciding.includes(tenant));
  const patience = rollout !== null && rollout.previousVersion === null ? FIRST_PATIENCE_MILLISECONDS : 0;
  const decided = await askTenants(smoke, deciding, judged, patience);
  const told = await askTenants(smoke, others, judged);
  installation.found.tenants = [...decided, ...told];
  const failed = decided.filter(isIll);
  for (const ill of told.filter(isIll))
    installation.say(
      `  ${ill.tenantId} is not well, nor was it before, and does not decide: ${inWords(ill)}`,
    );
  if (failed.length === 0)
    return describeWell(
      decided.length + told.filter((tenant) => !isIll(tenant)).length,
      told.filter(isIll).length,
    );
  const what = failed.map((ill) => `  ${ill.tenantId}: ${inWords(ill)}`).join('\n');
  if (goBack === null) throw new Refusal(`Not as they should be:\n${what}`);
  await goBack();
  await writeRollout(sql, null);
  throw new Refusal(`The new release does not prove itself, and the version before serves again:\n${what}`);
}

/** After a release; without one, of what serves. */
export function smokeStep(installation: Installation): Step {
  const { sql, onlyTenant } = installation;
  return {
    name: 'smoke',
    title: 'Smoke test of every tenant',
    look: async () => [],
    async check() {
      const [begun, serving] = await Promise.all([readRollout(sql), findServing(installation)]);
      const release = serving?.release ?? null;
      // Of one that is still on trial, there is nothing to say: what serves is what was there before.
      const rollout = onlyTenant === undefined && begun?.releases.at(-1) === release ? begun : null;
      const previous = rollout?.previousVersion ?? null;
      const found = await judgeRelease(installation, {
        rollout,
        version: null,
        release: rollout === null ? null : release,
        goBack: previous === null ? null : () => goBackTo(installation, previous),
      });
      if (rollout !== null) await writeRollout(sql, null);
      return found;
    },
  };
}

/**
 * Those that were well before. With nothing to compare with, or where none was, the platform's own names: partners' may
 * not point here yet, and a release that nobody can be asked about proves nothing.
 */
export function decidersOf(
  rollout: Rollout | null,
  tenants: readonly DeployedTenant[],
  brandZone: string,
): DeployedTenant[] {
  const own = tenants.filter(({ domain }) => isWithin(domain, brandZone));
  if (rollout === null || rollout.previousVersion === null) return own;
  const since = Date.parse(rollout.since);
  const ill = new Set(rollout.ill);
  const well = tenants.filter(({ tenantId, createdAt }) => !ill.has(tenantId) && createdAt.getTime() < since);
  return well.length > 0 ? well : own;
}

function isIll({ problems }: TenantHealth): boolean {
  return problems.length > 0;
}

function inWords({ hostname, problems }: TenantHealth): string {
  return `${hostname} ${problems.join('; ')}`;
}

function describeWell(well: number, ill: number): string {
  const tenants = well === 1 ? '1 tenant is as it should be' : `${well} tenants are as they should be`;
  return ill === 0 ? tenants : `${tenants}, ${ill} of the others not`;
}
