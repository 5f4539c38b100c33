/** What add-tenant has to know of a new tenant: from its options, or asked of a person. Called by add-tenant. */
import { z } from 'zod';
import { parseHostname } from '../../contract/hostnames.ts';
import type { Result } from '../../contract/result.ts';
import {
  PROVIDERS,
  type Provider,
  parseTenantId,
  SIGN_UP_POLICIES,
  SUBSCRIPTION_TIERS,
  TENANT_TYPES,
  workerNameSchema,
} from '../../contract/tenants.ts';
import { Refusal } from '../local/steps.ts';
import { isWithin } from './deploy/deploy-config.ts';
import { oauthClientSchema } from './installation-secrets.ts';
import { answer, type Question } from './questions.ts';
import type { NewTenant } from './tenants.ts';
import type { ToolWorld } from './tool.ts';

export const PROVIDER_NAMES: Record<Provider, string> = { github: 'GitHub', google: 'Google' };
export const SIGN_UPS = SIGN_UP_POLICIES.filter((policy) => policy !== 'domain');
/** As public.tenants and public.tenant_oauth_clients have it. */
const LONGEST_NAME = 120;
const CLIENT_ID = /^[\x21-\x7e]{1,255}$/;

export interface TenantOptions {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly domain?: string | undefined;
  readonly type?: string | undefined;
  readonly tier?: string | undefined;
  readonly 'sign-up'?: string | undefined;
  readonly admin?: string | undefined;
  readonly worker?: string | undefined;
  readonly 'github-client-id'?: string | undefined;
  readonly 'google-client-id'?: string | undefined;
}

/** `platform`: the primary tenant's domain; null before there is one. */
export async function readNewTenant(
  options: TenantOptions,
  world: ToolWorld,
  platform: string | null,
): Promise<NewTenant> {
  // Who says the id on the command line has said what he wanted: only what has to be there is asked for.
  const asked = options.id === undefined;
  const tell = <Value>(question: Question<Value>) => answer(world, question);
  const tenantId = await tell({
    words: 'Id, a slug such as acme',
    given: options.id,
    read: (text) =>
      taken(
        parseTenantId(present(text, 'id')),
        '--id takes 2 to 63 lower-case letters, digits and inner hyphens.',
      ),
  });
  const name = await tell({ words: 'Name', given: options.name, read: readName });
  const domain = await tell({
    words: 'Domain',
    given: options.domain,
    read: (text) =>
      taken(parseHostname(present(text, 'domain')), '--domain is no hostname, as in portal.acme.com'),
  });
  const type = await readType(options.type, domain, platform, world, asked);
  const tier = await tell<NewTenant['tier']>({
    ...{ words: `Plan: ${SUBSCRIPTION_TIERS.join(', ')} [starter]`, given: options.tier, asked },
    ...{ otherwise: 'starter', read: oneOf(SUBSCRIPTION_TIERS, 'tier') },
  });
  const signUp = await tell<NewTenant['signUp']>({
    ...{ words: `Who may sign up: ${SIGN_UPS.join(', ')} [invite]`, given: options['sign-up'], asked },
    ...{ otherwise: 'invite', read: oneOf(SIGN_UPS, 'sign-up') },
  });
  const admin = await tell<string | null>({
    words: 'First admin’s email (may be empty)',
    ...{ given: options.admin, asked, otherwise: null },
    read(text) {
      if (!z.email().max(254).safeParse(text).success) throw new Refusal('--admin takes an email address.');
      return text;
    },
  });
  const worker = await tell<string | null>({
    ...{ words: 'Worker', given: options.worker, asked: false, otherwise: null },
    read(text) {
      if (!workerNameSchema.safeParse(text).success)
        throw new Refusal(
          '--worker takes a Worker’s name, lower-case letters, digits and inner hyphens: acme-tenant.',
        );
      return text;
    },
  });
  const clients: NewTenant['clients'][number][] = [];
  for (const provider of PROVIDERS) {
    const client = await readClient(provider, options, world, asked && type !== 'primary');
    if (client !== null) clients.push(client);
  }
  return { tenantId, name, domain, type, tier, signUp, admin, worker, clients };
}

/** By the domain; before there is a primary tenant, it cannot be told what a domain is. */
async function readType(
  given: string | undefined,
  domain: string,
  platform: string | null,
  world: ToolWorld,
  asked: boolean,
): Promise<NewTenant['type']> {
  if (platform !== null && given === undefined)
    return isWithin(domain, platform) ? 'partner-subdomain' : 'custom-domain';
  return answer(world, {
    words: `There is no primary tenant yet. Type: ${TENANT_TYPES.join(', ')} [primary, the platform’s own portal]`,
    ...{ given, asked, otherwise: 'primary', read: oneOf(TENANT_TYPES, 'type') },
  });
}

async function readClient(
  provider: Provider,
  options: TenantOptions,
  world: ToolWorld,
  asked: boolean,
): Promise<NewTenant['clients'][number] | null> {
  const option = `${provider}-client-id` as const;
  const variable = `${provider.toUpperCase()}_CLIENT_SECRET`;
  const clientId = await answer<string | null>(world, {
    words: `Client id of the domain’s own OAuth app at ${PROVIDER_NAMES[provider]} (may be empty)`,
    ...{ given: options[option], asked, otherwise: null },
    read(text) {
      if (!CLIENT_ID.test(text))
        throw new Refusal(`--${option} takes 1 to 255 printable characters without a space.`);
      return text;
    },
  });
  if (clientId === null) return null;
  const clientSecret = await answer(world, {
    words: `Its secret (not shown)`,
    ...{ given: world.env[variable] || undefined, hidden: true },
    read(text) {
      if (text === '') throw new Refusal(`--${option} needs its secret in ${variable}.`);
      if (!oauthClientSchema.shape.clientSecret.safeParse(text).success)
        throw new Refusal(`${variable} is 1 to 300 printable characters without a space.`);
      return text;
    },
  });
  return { provider, clientId, clientSecret };
}

function readName(text: string): string {
  if (present(text, 'name').length > LONGEST_NAME || /\p{Cc}/u.test(text))
    throw new Refusal(`--name takes one line of at most ${LONGEST_NAME} characters.`);
  return text;
}

function present(text: string, option: string): string {
  if (text === '') throw new Refusal(`--${option} is missing.`);
  return text;
}

function taken<Value>(parsed: Result<Value, string>, words: string): Value {
  if (!parsed.ok) throw new Refusal(words);
  return parsed.value;
}

function oneOf<Value extends string>(values: readonly Value[], option: string): (text: string) => Value {
  return (text) => {
    const found = values.find((value) => value === text);
    if (found === undefined) throw new Refusal(`--${option} takes ${values.join(', ')}.`);
    return found;
  };
}
