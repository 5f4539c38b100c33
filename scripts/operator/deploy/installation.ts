/** What all steps of one deployment share. Made by deploy-tool.ts. */
import type { Sql } from 'postgres';
import type { CloudflareClient } from '../cloudflare-client.ts';
import type { InstallationSecrets } from '../installation-secrets.ts';
import type { ToolWorld } from '../tool.ts';
import type { DeployEnvironment } from './deploy-config.ts';
import type { SmokeTarget, TenantHealth } from './smoke-test.ts';
import type { StateFile } from './state.ts';
import type { DeployedTenant } from './tenants.ts';
import type { Plan } from './worker-plan.ts';
import type { WranglerAccess } from './wrangler.ts';

export interface Installation {
  readonly environment: DeployEnvironment;
  readonly cloudflare: CloudflareClient;
  readonly wrangler: WranglerAccess;
  readonly sql: Sql;
  readonly databaseUrl: string;
  readonly secrets: InstallationSecrets;
  readonly state: StateFile;
  readonly world: ToolWorld;
  readonly dryRun: boolean;
  /** Given by `--release`. */
  readonly release: string | undefined;
  /** Given by `--tenant`. */
  readonly onlyTenant: string | undefined;
  redact(text: string): string;
  say(line: string): void;
  /** What each Worker is to be. Throws a Refusal while there is no build. */
  plan(): Promise<Plan>;
  /** As the database has them now; none before its first migration. */
  tenants(): Promise<DeployedTenant[]>;
  readonly smoke: SmokeTarget;
  /** For the report. */
  readonly found: { tenants: readonly TenantHealth[] };
}
