/**
 * Supabase's Management API as the operator's tools use it: the one door to it. Every answer is checked, every call is
 * bounded in time, and what can be tried again is. https://supabase.com/docs/reference/api
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { Refusal } from '../local/steps.ts';

const TIMEOUT_MILLISECONDS = 20_000;
const TRIES = 4;
const LONGEST_PAUSE_SECONDS = 60;

const projectSchema = z.object({ name: z.string(), status: z.string() });
const authConfigSchema = z.object({
  disable_signup: z.boolean(),
  external_anonymous_users_enabled: z.boolean().nullish(),
});
export const integrationSchema = z.object({
  id: z.string(),
  jwks_url: z.string().nullish(),
  oidc_issuer_url: z.string().nullish(),
  resolved_jwks: z.unknown(),
});
export type Integration = z.infer<typeof integrationSchema>;
const signingKeysSchema = z.object({
  keys: z.array(z.object({ id: z.string(), status: z.string(), public_jwk: z.unknown() })),
});
export type SigningKey = z.infer<typeof signingKeysSchema>['keys'][number];

export interface ManagementAccess {
  /** `https://api.supabase.com`, or a stand-in. */
  readonly url: string;
  /** Personal access token. */
  readonly token: string;
  /** Reference of the project: the first label of its address. */
  readonly project: string;
}

/** Whether it was done is not known: the answer did not come. Ask before doing it again. */
export class Unanswered extends Refusal {}

export class ManagementClient {
  readonly #access: ManagementAccess;

  constructor(access: ManagementAccess) {
    this.#access = access;
  }

  getProject(): Promise<z.infer<typeof projectSchema>> {
    return this.#ask('GET', '', projectSchema);
  }

  getAuthConfig(): Promise<z.infer<typeof authConfigSchema>> {
    return this.#ask('GET', '/config/auth', authConfigSchema);
  }

  /** Supabase Auth itself takes nobody in any more. Doing it twice is doing it once. */
  disableSignUps(): Promise<z.infer<typeof authConfigSchema>> {
    const change = { disable_signup: true, external_anonymous_users_enabled: false };
    return this.#ask('PATCH', '/config/auth', authConfigSchema, change);
  }

  listIntegrations(): Promise<Integration[]> {
    return this.#ask('GET', '/config/auth/third-party-auth', z.array(integrationSchema));
  }

  /** Throws Unanswered when it may have been made. */
  addIntegration(jwksUrl: string): Promise<Integration> {
    return this.#ask('POST', '/config/auth/third-party-auth', integrationSchema, { jwks_url: jwksUrl });
  }

  /** Its keys are trusted no longer. */
  async deleteIntegration(id: string): Promise<void> {
    const path = `/config/auth/third-party-auth/${encodeURIComponent(id)}`;
    await this.#ask('DELETE', path, z.unknown());
  }

  async listSigningKeys(): Promise<SigningKey[]> {
    return (await this.#ask('GET', '/config/auth/signing-keys', signingKeysSchema)).keys;
  }

  /** Throws Unanswered when it may have been imported. */
  async importSigningKey(privateJwk: object): Promise<void> {
    const body = { algorithm: 'ES256', status: 'standby', private_jwk: privateJwk };
    await this.#ask('POST', '/config/auth/signing-keys', z.unknown(), body);
  }

  async #ask<Value>(method: string, path: string, schema: z.ZodType<Value>, body?: object): Promise<Value> {
    const { url, token, project } = this.#access;
    const address = `${url}/v1/projects/${encodeURIComponent(project)}${path}`;
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#send(address, method, token, body);
      if (answer?.ok) {
        const parsed = schema.safeParse(await answer.json().catch(() => null));
        if (parsed.success) return parsed.data;
        throw new Refusal(`Supabase answers ${method} ${path || '/'} in a way that this tool does not know.`);
      }
      const status = answer?.status ?? null;
      const limited = status === 429;
      const failing = status === null || status >= 500;
      if (!limited && !failing) throw new Refusal(await explain(answer, method, path, project));
      // What failed may have been done; only what may be done twice, or was not begun, is tried again here.
      if (failing && method === 'POST')
        throw new Unanswered(
          `Supabase did not answer ${method} ${path}${status === null ? '' : ` (${status})`}.`,
        );
      if (attempt === TRIES)
        throw new Refusal(
          `Supabase does not answer ${method} ${path || '/'} (${status ?? 'no connection'}), tried ${TRIES} times.`,
        );
      const wanted = Number(answer?.headers.get('retry-after') ?? 0.5 * 2 ** attempt);
      await sleep(Math.min(Number.isFinite(wanted) ? wanted : 1, LONGEST_PAUSE_SECONDS) * 1000);
    }
  }

  async #send(address: string, method: string, token: string, body?: object): Promise<Response | null> {
    try {
      return await fetch(address, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
      });
    } catch {
      // Refused, timed out or broken off: the same to us.
      return null;
    }
  }
}

async function explain(
  answer: Response | null,
  method: string,
  path: string,
  project: string,
): Promise<string> {
  switch (answer?.status) {
    case 401:
      return 'Supabase refuses SUPABASE_ACCESS_TOKEN. Make one at https://supabase.com/dashboard/account/tokens';
    case 403:
      return `SUPABASE_ACCESS_TOKEN has no right to ${method} ${path || '/'} of the project ${project}.`;
    case 404:
      return `There is no project ${project}, or SUPABASE_ACCESS_TOKEN does not see it.`;
    default: {
      const said = z.object({ message: z.string() }).safeParse(await answer?.json().catch(() => null));
      return `Supabase refuses ${method} ${path || '/'} (${answer?.status}): ${said.data?.message ?? 'no reason given'}.`;
    }
  }
}
