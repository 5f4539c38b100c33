/** Waits until a Supabase project takes tokens of ours. Called by configure-supabase-auth, rotate-keys and doctor. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type JWK, SignJWT } from 'jose';
import type { TransactionSql } from 'postgres';
import { z } from 'zod';
import { Refusal } from '../local/steps.ts';
import { formatSeconds } from '../local/table.ts';
import type { ToolWorld } from './tool.ts';

const PAUSE_MILLISECONDS = 1_000;
const TOLD_EVERY_MILLISECONDS = 10_000;

export interface Primary {
  readonly tenantId: string;
  readonly domain: string;
}

/** Refuses where there is none yet. */
export async function readPrimary(sql: TransactionSql): Promise<Primary> {
  const [primary] = await sql<Primary[]>`
    select tenant_id as "tenantId", domain from public.tenants where type = 'primary'`;
  if (primary === undefined)
    throw new Refusal('There is no primary tenant yet: npm run add-tenant -- --type primary …');
  return primary;
}

interface Asking {
  readonly supabaseUrl: string;
  readonly publishableKey: string;
  readonly issuer: string;
  readonly key: JWK & { readonly kid: string };
  readonly primary: Primary;
}

interface Waiting extends Asking {
  readonly waitSeconds: number;
  readonly world: ToolWorld;
}

/** Asks as a tenant Worker does that signs somebody in, until it is answered. In milliseconds. */
export async function waitForTrust(waiting: Waiting): Promise<number> {
  const { waitSeconds, world } = waiting;
  const started = Date.now();
  let told = 0;
  while (true) {
    const { status, body } = await askWithKey(waiting);
    const waited = Date.now() - started;
    if (status === 200) return waited;
    if (status === 403)
      throw new Refusal(
        `The database refuses our token (${body.message ?? 'no reason'}). Are all migrations applied?`,
      );
    if (status === 401 && /api key/i.test(body.message ?? ''))
      throw new Refusal('Supabase refuses SUPABASE_PUBLISHABLE_KEY.');
    if (waited > waitSeconds * 1000)
      throw new Refusal(
        `Supabase does not take our tokens after ${waitSeconds} s (${status ?? 'no answer'}${body.message ? `: ${body.message}` : ''}). ` +
          'Nothing is undone; run this again to go on waiting, with --wait 1800 after a rotation.',
      );
    if (waited - told >= TOLD_EVERY_MILLISECONDS) {
      told = waited;
      world.writeError(`  waiting for Supabase to take our tokens, ${formatSeconds(waited)}\n`);
    }
    await sleep(Math.min(PAUSE_MILLISECONDS, waitSeconds * 100));
  }
}

/** Once, with a token of this key. A status of null: no answer. */
export async function askWithKey(
  asking: Asking,
): Promise<{ status: number | null; body: { message?: string | undefined } }> {
  const { supabaseUrl, publishableKey } = asking;
  const token = await mintToken(asking);
  try {
    const answer = await fetch(`${supabaseUrl}/rest/v1/rpc/get_oauth_client`, {
      method: 'POST',
      headers: {
        apikey: publishableKey,
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ p_provider: 'github' }),
      signal: AbortSignal.timeout(10_000),
    });
    const body = z
      .object({ message: z.string().optional() })
      .safeParse(await answer.json().catch(() => ({})));
    return { status: answer.status, body: body.data ?? {} };
  } catch {
    return { status: null, body: {} };
  }
}

async function mintToken({ issuer, key, primary }: Asking): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ role: 'sign_in', tenant_id: primary.tenantId, hostname: primary.domain })
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: key.kid })
    .setIssuer(issuer)
    .setIssuedAt(now - 30)
    .setExpirationTime(now + 120)
    .sign(key);
}
