/**
 * `deploy.config.json`: which accounts, projects and zones an installation lives on, and what its things are called
 * there. Holds no secret. Read by the deployment and by the doctor; `deploy.config.example.json` shows one.
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { parseHostname } from '../../../contract/hostnames.ts';
import { Refusal } from '../../local/steps.ts';
import { addressSchema } from './addresses.ts';
import { type Providers, providersSchema } from './providers.ts';

export const ENVIRONMENTS = ['staging', 'production'] as const;
export type EnvironmentName = (typeof ENVIRONMENTS)[number];

export const DEFAULT_CONFIG_FILE = 'deploy.config.json';
const MAX_BYTES = 64_000;

const domainSchema = z
  .string()
  .max(253)
  .refine(isDomain, 'is no domain name in lower case (xn-- for others)');
/** What Cloudflare takes as the name of a Worker, bucket, queue and namespace alike. */
const nameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}[a-z0-9]$/, 'is 2 to 32 of a-z, 0-9 and -, a letter first and no - last');

const environmentSchema = z
  .strictObject({
    accountId: z.string().regex(/^[0-9a-f]{32}$/, 'is the 32 digits that the Cloudflare dashboard shows'),
    /** Reference: the first label of `https://<ref>.supabase.co`. */
    supabaseProject: z.string().regex(/^[a-z0-9]{10,40}$/, 'is the reference of a Supabase project'),
    /** Where its Data API is; `https://<ref>.supabase.co` when left out. */
    supabaseUrl: addressSchema.optional(),
    /** The dispatch namespace of Workers for Platforms. */
    namespace: nameSchema,
    /** The platform's own zone: apex and one label below it go to the dispatcher. */
    brandZone: domainSchema,
    /** The zone that carries partners' own domains (Cloudflare for SaaS). Its name is seen by partners. */
    neutralZone: domainSchema,
    /** What partners point their domains at, below the neutral zone; `portals.<neutralZone>` when left out. */
    customHostnameTarget: domainSchema.optional(),
    mailFrom: z.email().max(254),
    /** The hostname of the primary tenant: issuer of our tokens, and where Supabase finds their keys. */
    primaryDomain: domainSchema,
    /** Where Supabase fetches our keys from; at the primary domain when left out. */
    jwksUrl: addressSchema.optional(),
    /** Where people sign in, when it is not at github.com and accounts.google.com: see providers.ts. */
    providers: providersSchema.optional(),
    poweredBy: z.strictObject({ name: z.string().trim().min(1).max(80), url: addressSchema }).optional(),
  })
  .superRefine((environment, { addIssue }) => {
    const { brandZone, neutralZone, primaryDomain, customHostnameTarget } = environment;
    const say = (path: string, message: string) => addIssue({ code: 'custom', path: [path], message });
    if (isWithin(brandZone, neutralZone) || isWithin(neutralZone, brandZone))
      say(
        'neutralZone',
        'has to be another zone than brandZone: partners see it, and its routes take every host',
      );
    if (!isWithin(primaryDomain, brandZone)) say('primaryDomain', 'has to be in brandZone');
    if (customHostnameTarget !== undefined && !isWithin(customHostnameTarget, neutralZone))
      say('customHostnameTarget', 'has to be in neutralZone');
  });

export const deployConfigSchema = z.strictObject({
  $schema: z.string().optional(),
  /** Begins the name of everything account-wide: `<prefix>-<environment>-…`. */
  prefix: nameSchema.max(20).default('marquee'),
  environments: z
    .strictObject({ staging: environmentSchema.optional(), production: environmentSchema.optional() })
    .refine(
      ({ staging, production }) => staging !== undefined || production !== undefined,
      'names neither staging nor production',
    )
    .superRefine(({ staging, production }, { addIssue }) => {
      if (staging === undefined || production === undefined) return;
      for (const { path, message } of findShared(staging, production))
        addIssue({ code: 'custom', path: ['staging', path], message });
    }),
});

type GivenEnvironment = z.infer<typeof environmentSchema>;

/** What two environments may not have in common: the clean-up of the one would delete scripts of the other. */
function findShared(one: GivenEnvironment, other: GivenEnvironment): { path: string; message: string }[] {
  const shared: { path: keyof GivenEnvironment; with: string }[] = [];
  // A name of another account is another namespace.
  if (one.namespace === other.namespace && one.accountId === other.accountId)
    shared.push({ path: 'namespace', with: 'namespace' });
  for (const path of ['supabaseProject', 'supabaseUrl', 'primaryDomain', 'jwksUrl'] as const)
    if (one[path] !== undefined && one[path] === other[path]) shared.push({ path, with: path });
  for (const path of ['brandZone', 'neutralZone'] as const)
    for (const theirs of ['brandZone', 'neutralZone'] as const)
      if (one[path] === other[theirs]) shared.push({ path, with: theirs });
  return shared.map(({ path, with: theirs }) => ({
    path,
    message: `is ${theirs} of production, too: each environment has its own`,
  }));
}

export type DeployConfig = z.infer<typeof deployConfigSchema>;

/** One environment with everything filled in, and the names of its things. */
export interface DeployEnvironment {
  readonly name: EnvironmentName;
  readonly accountId: string;
  readonly supabaseProject: string;
  readonly supabaseUrl: string;
  readonly namespace: string;
  readonly brandZone: string;
  readonly neutralZone: string;
  readonly customHostnameTarget: string;
  readonly mailFrom: string;
  readonly primaryDomain: string;
  readonly jwksUrl: string;
  readonly providers: Providers;
  readonly poweredBy: { readonly name: string; readonly url: string } | null;
  /** Account-wide names, which carry prefix and environment; names inside the namespace do not. */
  readonly names: {
    readonly dispatcher: string;
    readonly jobs: string;
    /** Title of the KV namespace behind TENANT_DIRECTORY. */
    readonly directory: string;
    /** R2 bucket behind BRAND_FILES. */
    readonly brandFiles: string;
    readonly mailQueue: string;
  };
}

/** Throws a Refusal that names all that is wrong with the file. */
export async function readDeployConfig(file: string): Promise<DeployConfig> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Refusal(
      error.code === 'ENOENT'
        ? `There is no ${file}. Copy deploy.config.example.json there and fill it in.`
        : `${file} cannot be read (${error.code}).`,
    );
  });
  return parseDeployConfig(text, file);
}

export function parseDeployConfig(text: string, file: string): DeployConfig {
  if (text.length > MAX_BYTES) throw new Refusal(`${file} is larger than ${MAX_BYTES / 1000} kB.`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Refusal(`${file} is no JSON: ${error instanceof Error ? error.message : 'unreadable'}.`);
  }
  const parsed = deployConfigSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `  ${path.join('.') || 'the file'}: ${message}`,
  );
  throw new Refusal(`${file} is not complete:\n${problems.join('\n')}`);
}

/** Throws a Refusal when the file has no such environment. */
export function environmentOf(config: DeployConfig, name: EnvironmentName): DeployEnvironment {
  const given = config.environments[name];
  if (given === undefined) throw new Refusal(`The configuration has no environment ${name}.`);
  const named = (thing: string) => `${config.prefix}-${name}-${thing}`;
  return {
    ...given,
    name,
    supabaseUrl: given.supabaseUrl ?? `https://${given.supabaseProject}.supabase.co`,
    customHostnameTarget: given.customHostnameTarget ?? `portals.${given.neutralZone}`,
    jwksUrl: given.jwksUrl ?? `https://${given.primaryDomain}/.well-known/jwks.json`,
    providers: given.providers ?? {},
    poweredBy: given.poweredBy ?? null,
    names: {
      dispatcher: named('dispatcher'),
      jobs: named('jobs'),
      directory: named('tenant-directory'),
      brandFiles: named('brand-files'),
      mailQueue: named('mail'),
    },
  };
}

export function isEnvironmentName(text: string): text is EnvironmentName {
  return ENVIRONMENTS.some((name) => name === text);
}

/** True for the domain itself and for what is below it. */
export function isWithin(hostname: string, domain: string): boolean {
  return hostname === domain || hostname.endsWith(`.${domain}`);
}

function isDomain(text: string): boolean {
  const parsed = parseHostname(text);
  return parsed.ok && parsed.value === text && text.includes('.');
}
