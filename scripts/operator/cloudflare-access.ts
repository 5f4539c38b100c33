/** The neutral zone of an installation, for tools that may go without it: `--env NAME` leads there. */
import { Refusal } from '../local/steps.ts';
import { CLOUDFLARE_API, CloudflareClient } from './cloudflare-client.ts';
import { CustomHostnames, type Zones } from './custom-hostnames.ts';
import {
  DEFAULT_CONFIG_FILE,
  ENVIRONMENTS,
  environmentOf,
  isEnvironmentName,
  readDeployConfig,
} from './deploy/deploy-config.ts';
import type { ToolWorld } from './tool.ts';

export const CLOUDFLARE_OPTIONS = {
  env: {
    type: 'string',
    value: 'NAME',
    help: `${ENVIRONMENTS.join(' or ')}: changes the custom hostname at Cloudflare, too; without, only the database`,
  },
  config: { type: 'string', value: 'FILE', help: `with --env: ${DEFAULT_CONFIG_FILE} when left out` },
} as const;

export interface CustomHostnameAccess {
  readonly hostnames: CustomHostnames;
  readonly zones: Zones;
}

/** Null without `--env`. Throws a Refusal when something that leads there is missing. */
export async function openCustomHostnames(
  { env: name, config }: { readonly env?: string | undefined; readonly config?: string | undefined },
  { env }: Pick<ToolWorld, 'env'>,
): Promise<CustomHostnameAccess | null> {
  if (name === undefined) return null;
  if (!isEnvironmentName(name)) throw new Refusal(`--env takes ${ENVIRONMENTS.join(' or ')}.`);
  const environment = environmentOf(await readDeployConfig(config ?? DEFAULT_CONFIG_FILE), name);
  const token = env['CLOUDFLARE_API_TOKEN'];
  if (!token) throw new Refusal('CLOUDFLARE_API_TOKEN is not set: --env needs it.');
  const url = env['CLOUDFLARE_API_BASE_URL'] ?? CLOUDFLARE_API;
  const cloudflare = new CloudflareClient({ url, token, accountId: environment.accountId });
  return { hostnames: await CustomHostnames.of(cloudflare, environment), zones: environment };
}
