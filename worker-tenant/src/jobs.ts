/**
 * The jobs Worker: what runs without a visitor. An ordinary Worker, because a dispatch namespace runs no cron; deployed
 * with wrangler.jobs.jsonc, with the same key for the Data API as the tenant Workers and none of their other secrets.
 */
import { readSupabaseConfiguration, type SupabaseVariables } from './configuration.ts';
import { type Purged, purgeExpired } from './data/expired-records.ts';
import { createDataClient, type DataAccess } from './data/supabase.ts';
import { SupabaseTokens } from './data/supabase-token.ts';
import { logEvent } from './log.ts';

/** 20 × 10,000 rows: more than an hour leaves behind. What is left after a long pause goes with the next runs. */
const MAX_PORTIONS = 20;

export default {
  async scheduled(controller, env): Promise<void> {
    const { signInFlows, sessions } = await purge(await dataForJobs(env));
    logEvent('job_done', { job: 'purge_expired', cron: controller.cron, signInFlows, sessions });
  },
} satisfies ExportedHandler<SupabaseVariables>;

async function dataForJobs(env: SupabaseVariables): Promise<DataAccess> {
  const { url, publishableKey, issuer, signingKey } = readSupabaseConfiguration(env);
  const tokens = new SupabaseTokens(issuer, signingKey);
  const token = await tokens.tokenFor({ role: 'platform_jobs' }, Math.floor(Date.now() / 1000));
  return { client: createDataClient(url, publishableKey), token };
}

/** A failure is not caught: the run is marked as failed, and the next one starts where this one stopped. */
async function purge(access: DataAccess): Promise<Purged> {
  const total = { signInFlows: 0, sessions: 0 };
  for (let portion = 0; portion < MAX_PORTIONS; portion++) {
    const { signInFlows, sessions } = await purgeExpired(access);
    if (signInFlows === 0 && sessions === 0) break;
    total.signInFlows += signInFlows;
    total.sessions += sessions;
  }
  return total;
}
