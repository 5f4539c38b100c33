/**
 * The door to Supabase's Data API, and the only file of this Worker that knows supabase-js. Every file of this folder
 * asks through `ask`; who asks is the token of the `DataAccess` that it was given. A `jsonb` answer is held against its
 * schema: the database and this release may be one step apart.
 */
import { createClient, type PostgrestError, type SupabaseClient } from '@supabase/supabase-js';
import type { Database } from '../../../supabase/database.types.ts';
import { logEvent } from '../log.ts';

/** A page waits for the answer. */
const TIMEOUT_MILLISECONDS = 8_000;

export type DataClient = SupabaseClient<Database>;

/** The client of the isolate with one caller's token. Without a token the caller is `anon`. */
export interface DataAccess {
  readonly client: DataClient;
  readonly token: string | null;
}

/** One client per isolate: it holds no state, each question carries its own token. */
export function createDataClient(url: string, publishableKey: string): DataClient {
  return createClient<Database>(url, publishableKey, {
    // Not even an empty session of Supabase Auth: tokens are ours.
    accessToken: async () => null,
    // A request is answered once, well or badly; trying again is the visitor's decision.
    db: { timeout: TIMEOUT_MILLISECONDS, retry: false },
  });
}

export type DataRefusal =
  /** The guard: session, member or tenant is not alive. */
  | 'session_ended'
  | 'tenant_unavailable'
  | 'too_many_sign_ins'
  | 'permission_denied'
  | 'already_member'
  | 'already_invited'
  | 'too_many_invitations'
  | 'public_mail_domain'
  /** Could not ask, or was not believed: never to be taken for a "no". */
  | 'unavailable';

export class DataError extends Error {
  readonly refusal: DataRefusal;

  constructor(refusal: DataRefusal) {
    super(refusal);
    this.name = 'DataError';
    this.refusal = refusal;
  }
}

interface Question<Answer> extends PromiseLike<Answer> {
  setHeader(name: string, value: string): PromiseLike<Answer>;
}
type Answered =
  | { readonly error: null; readonly data: unknown }
  | { readonly error: PostgrestError; readonly status: number };
type DataOf<Answer> = Extract<Answer, { error: null }> extends { data: infer Data } ? Data : never;

/** Asks with the caller's token. Throws DataError for what is expected to happen, an Error for a bug of ours. */
export async function ask<Answer extends Answered>(
  { client, token }: DataAccess,
  question: (client: DataClient) => Question<Answer>,
): Promise<DataOf<Answer>> {
  const asked = question(client);
  const answer = await (token === null ? asked : asked.setHeader('authorization', `Bearer ${token}`));
  if (answer.error === null) return answer.data as DataOf<Answer>;
  throw dataError(answer.error, answer.status);
}

function dataError({ code, message }: PostgrestError, status: number): Error {
  if (code === 'PT401' && message === 'session_ended') return new DataError('session_ended');
  if (code === 'PT429' && message === 'too_many_sign_ins') return new DataError('too_many_sign_ins');
  if (code === 'PT403' && message === 'tenant_unavailable') return new DataError('tenant_unavailable');
  if (code === 'PT403' && message === 'permission_denied') return new DataError('permission_denied');
  if (code === 'PT409' && (message === 'already_member' || message === 'already_invited')) {
    return new DataError(message);
  }
  if (code === 'PT429' && message === 'too_many_invitations') return new DataError('too_many_invitations');
  if (code === 'PT422' && message === 'public_mail_domain') return new DataError('public_mail_domain');
  // 0 is no answer at all; 401 and 403 mean that our token, key or role was not believed.
  if (status === 0 || status >= 500 || status === 401 || status === 403 || status === 429) {
    logEvent('data_refused', { status, code: code || null, message: message.slice(0, 200) });
    return new DataError('unavailable');
  }
  return new Error(`the Data API answers ${status} ${code}: ${message.slice(0, 200)}`);
}
