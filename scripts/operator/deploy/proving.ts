/**
 * Whether a release proves itself: tenants that were as they should be before it decide, the others are told of. What
 * fails goes back to the dispatcher version before; its Workers in the namespace stay until the next release.
 */
import { Refusal } from '../../local/steps.ts';
import { isWithin } from './deploy-config.ts';
import type { Installation } from './installation.ts';
import { askTenants, type TenantHealth } from './smoke-test.ts';
import type { Step } from './steps.ts';
import type { DeployedTenant } from './tenants.ts';

/** Names, certificates and routes of a first release take their time to be everywhere. */
const FIRST_PATIENCE_MILLISECONDS = 120_000;

/** Who is well before a release begins. A release that was interrupted keeps what it began with. */
export async function rememberBaseline(
  installation: Installation,
  release: string,
  previousVersion: string | null,
): Promise<void> {
  const { state, smoke } = installation;
  const { rollout } = state.state;
  if (rollout !== null) {
    if (rollout.release !== release) await state.update({ rollout: { ...rollout, release } });
    return;
  }
  const health = previousVersion === null ? [] : await askTenants(smoke, await installation.tenants(), null);
  const healthy = health.filter(({ problems }) => problems.length === 0).map(({ tenantId }) => tenantId);
  await state.update({ rollout: { release, previousVersion, healthy } });
}

/** Answers in words, or goes back and throws. */
export async function judgeRelease(
  installation: Installation,
  { version, goBack }: { version: string | null; goBack: (() => Promise<void>) | null },
): Promise<string> {
  const { state, smoke, environment, onlyTenant } = installation;
  const { rollout } = state.state;
  const tenants = (await installation.tenants()).filter(
    ({ tenantId }) => onlyTenant === undefined || tenantId === onlyTenant,
  );
  const isDecider = decidersOf(rollout, environment.brandZone, onlyTenant);
  const patience = rollout !== null && rollout.previousVersion === null ? FIRST_PATIENCE_MILLISECONDS : 0;
  const [deciding, others] = [tenants.filter(isDecider), tenants.filter((tenant) => !isDecider(tenant))];
  const decided = await askTenants(smoke, deciding, version, patience);
  const told = await askTenants(smoke, others, version);
  installation.found.tenants = [...decided, ...told];
  const failed = decided.filter(isIll);
  for (const ill of told.filter(isIll))
    installation.say(`  ${ill.tenantId} is not well, and does not decide: ${inWords(ill)}`);
  if (failed.length === 0)
    return describeWell(
      decided.length + told.filter((tenant) => !isIll(tenant)).length,
      told.filter(isIll).length,
    );
  const what = failed.map((ill) => `  ${ill.tenantId}: ${inWords(ill)}`).join('\n');
  if (goBack === null) throw new Refusal(`Not as they should be:\n${what}`);
  await goBack();
  await state.update({ rollout: null });
  throw new Refusal(`The new release does not prove itself, and the version before serves again:\n${what}`);
}

/** After a release; without one, of what serves. */
export function smokeStep(installation: Installation, goBackTo: (version: string) => Promise<void>): Step {
  const { state, onlyTenant } = installation;
  return {
    name: 'smoke',
    title: 'Smoke test of every tenant',
    look: async () => [],
    async check() {
      const previous = state.state.rollout?.previousVersion ?? null;
      const goBack = previous === null || onlyTenant !== undefined ? null : () => goBackTo(previous);
      const found = await judgeRelease(installation, { version: null, goBack });
      const { rollout, released } = state.state;
      if (rollout !== null && onlyTenant === undefined)
        await state.update({
          rollout: null,
          released: rollout.release,
          previous: released === rollout.release ? state.state.previous : released,
        });
      return found;
    },
  };
}

/** With nothing to compare with, the platform's own names decide: partners' may not point here yet. */
function decidersOf(
  rollout: { readonly previousVersion: string | null; readonly healthy: readonly string[] } | null,
  brandZone: string,
  onlyTenant: string | undefined,
): (tenant: DeployedTenant) => boolean {
  if (onlyTenant !== undefined) return () => true;
  if (rollout === null || rollout.previousVersion === null)
    return ({ domain }) => isWithin(domain, brandZone);
  const healthy = new Set(rollout.healthy);
  return ({ tenantId }) => healthy.has(tenantId);
}

function isIll({ problems }: TenantHealth): boolean {
  return problems.length > 0;
}

function inWords({ hostname, problems }: TenantHealth): string {
  return `${hostname} ${problems.join('; ')}`;
}

function describeWell(well: number, ill: number): string {
  const tenants = well === 1 ? '1 tenant is' : `${well} tenants are`;
  return ill === 0
    ? `${tenants} as they should be`
    : `${tenants} as they should be, ${ill} of the others not`;
}
