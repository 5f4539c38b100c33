/** What has expired and helps nobody any more: started sign-ins, long ended sessions and old mails. Called by jobs.ts. */
import { z } from 'zod';
import { ask, type DataAccess } from './supabase.ts';

const purgedSchema = z.object({
  signInFlows: z.number().int().nonnegative(),
  sessions: z.number().int().nonnegative(),
  mails: z.number().int().nonnegative(),
});
export type Purged = z.infer<typeof purgedSchema>;

/** Deletes a portion, as role `platform_jobs`; zeros mean that nothing is left. */
export async function purgeExpired(access: DataAccess): Promise<Purged> {
  return purgedSchema.parse(await ask(access, (client) => client.rpc('purge_expired')));
}
