/** A database, a Data API on it and a way to mint tokens, for the tests of the database through its front door. */
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { importJWK, type JWTPayload, SignJWT } from 'jose';
import postgres from 'postgres';
import type { Database } from '../../supabase/database.types.ts';
import { type DataApi, startDataApi } from './data-api.ts';
import { createKeys, type PlatformKeys } from './keys.ts';
import { startPlatform } from './platform.ts';

export const ISSUER = 'https://tokens.test';

export interface DataApiFixture {
  readonly api: DataApi;
  readonly keys: PlatformKeys;
  /** The operator's connection. */
  readonly sql: postgres.Sql;
  /** A token as a tenant Worker mints it; `claims` and `header` replace what it would say. */
  mint(claims: JWTPayload, header?: Record<string, unknown>): Promise<string>;
  client(claims?: JWTPayload): Promise<SupabaseClient<Database>>;
  /** Signs somebody in through the API; answers the claims of its token. */
  signIn(tenantId: string, hostname: string, subject: string): Promise<JWTPayload>;
  close(): Promise<void>;
}

export async function startDataApiFixture(): Promise<DataApiFixture> {
  const platform = await startPlatform();
  const keys = await createKeys();
  const databaseUrl = await platform.createDatabase();
  const sql = postgres(databaseUrl, { max: 4, onnotice: () => {} });
  await sql`
    insert into app.settings (key, value) values ('jwt_issuer', ${ISSUER})
    on conflict (key) do update set value = excluded.value`;
  const { d: _private, ...publicKey } = keys.supabaseSigning;
  const api = await startDataApi({
    databaseUrl,
    publishableKey: keys.publishableKey,
    jwks: { keys: [publicKey] },
  });
  const signingKey = await importJWK(keys.supabaseSigning, 'ES256');

  const mint: DataApiFixture['mint'] = (claims, header = {}) => {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ iss: ISSUER, iat: now - 30, exp: now + 240, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: keys.supabaseSigning.kid, ...header })
      .sign(signingKey);
  };
  const client: DataApiFixture['client'] = async (claims) => {
    const token = claims === undefined ? null : await mint(claims);
    return createClient<Database>(api.url, keys.publishableKey, {
      auth: { persistSession: false, autoRefreshToken: false },
      ...(token === null ? {} : { accessToken: async () => token }),
    });
  };

  return {
    api,
    keys,
    sql,
    mint,
    client,
    async signIn(tenantId, hostname, subject) {
      const worker = await client({ role: 'sign_in', tenant_id: tenantId, hostname });
      const { data, error } = await worker.rpc('complete_sign_in', {
        p_provider: 'github',
        p_subject: subject,
        p_email: `${subject}@example.test`,
        p_email_verified: true,
      });
      if (error) throw new Error(error.message);
      const { memberId, sessionId } = data as { memberId: string; sessionId: string };
      return { role: 'authenticated', sub: memberId, tenant_id: tenantId, session_id: sessionId };
    },
    async close() {
      await api.close();
      await sql.end();
      await platform.dropDatabase(databaseUrl);
      await platform.stop();
    },
  };
}
