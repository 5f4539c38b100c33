/** Meters of the asking member's tenant, as `rpc/get_usage` counts them. Called by routes/usage.ts. */
import { z } from 'zod';
import { type UsageMeter, usageMeterSchema } from '../../../contract/api.ts';
import { ask, type DataAccess } from './supabase.ts';

export async function getUsage(access: DataAccess): Promise<UsageMeter[]> {
  return z.array(usageMeterSchema).parse(await ask(access, (client) => client.rpc('get_usage')));
}
