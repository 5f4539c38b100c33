/** The asking member, as `rpc/get_me` shows it. Called by routes/me.ts. */
import { type Me, meSchema } from '../../../contract/api.ts';
import { ask, type DataAccess } from './supabase.ts';

export async function getMe(access: DataAccess): Promise<Me> {
  return meSchema.parse(await ask(access, (client) => client.rpc('get_me')));
}
