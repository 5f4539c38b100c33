/** What the asking member has left to set up, as `rpc/get_setup` judges it. Called by routes/setup.ts. */
import { type Setup, setupSchema } from '../../../contract/api.ts';
import { ask, type DataAccess } from './supabase.ts';

export async function getSetup(access: DataAccess): Promise<Setup> {
  return setupSchema.parse(await ask(access, (client) => client.rpc('get_setup')));
}
