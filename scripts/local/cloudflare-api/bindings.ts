/**
 * Bindings of an upload: what they are bound to must exist. Types and settings:
 * https://developers.cloudflare.com/workers/configuration/multipart-upload-metadata/#bindings. Codes as wrangler and its
 * issues show them. Used by uploads.ts; `shownBinding` by all that answer bindings.
 */
import { z } from 'zod';
import type { Account, AssetDirectory, Binding } from './account.ts';
import { type ApiMessage, ApiRefusal, refuse } from './envelope.ts';

const RATE_LIMIT = z.looseObject({
  namespace_id: z.string().regex(/^[1-9]\d*$/),
  simple: z.object({ limit: z.number().int().positive(), period: z.union([z.literal(10), z.literal(60)]) }),
});
/** https://developers.cloudflare.com/workers/platform/limits/#environment-variables */
const LARGEST_TEXT_BYTES = 5 * 1024;

interface Surroundings {
  readonly account: Account;
  readonly assets: AssetDirectory | null;
}

/** Refuses with one error per binding that is wrong, as the original does for missing secrets. */
export function checkBindings(bindings: readonly Binding[], surroundings: Surroundings): void {
  const names = new Set<string>();
  for (const { name } of bindings) {
    if (names.has(name)) refuse(400, 10053, `Binding name '${name}' already in use.`);
    names.add(name);
  }
  const errors = bindings.flatMap((binding) => check(binding, surroundings) ?? []);
  if (errors.length > 0) throw new ApiRefusal(400, ...errors);
}

function check(binding: Binding, { account, assets }: Surroundings): ApiMessage | null {
  const { name, type } = binding;
  const setting = (key: string) => (typeof binding[key] === 'string' ? binding[key] : '');
  switch (type) {
    case 'plain_text':
    case 'secret_text':
      if (typeof binding['text'] !== 'string')
        return {
          code: 10021,
          message: `binding ${name} of type ${type} must have a valid \`text\` specified`,
        };
      if (Buffer.byteLength(binding['text']) > LARGEST_TEXT_BYTES)
        return { code: 10054, message: `Text binding '${name}' exceeds the limit of 5 kB` };
      return null;
    case 'json':
      return 'json' in binding
        ? null
        : { code: 10021, message: `binding ${name} of type json must have a valid \`json\` specified` };
    case 'kv_namespace': {
      const id = setting('namespace_id');
      return account.kvNamespaces.has(id)
        ? null
        : { code: 10041, message: `KV namespace '${id}' not found.` };
    }
    case 'r2_bucket': {
      const bucket = setting('bucket_name');
      return account.buckets.has(bucket)
        ? null
        : {
            code: 10085,
            message: `R2 bucket '${bucket}' not found. Please use a different name and try again.`,
          };
    }
    case 'queue': {
      const queue = setting('queue_name');
      return [...account.queues.values()].some((known) => known.name === queue)
        ? null
        : { code: 11000, message: `Queue "${queue}" does not exist.` };
    }
    case 'service': {
      const service = setting('service');
      return account.scripts.has(service)
        ? null
        : {
            code: 10143,
            message: `Could not resolve service binding '${name}'. Target script '${service}' not found.`,
          };
    }
    case 'dispatch_namespace': {
      if (!account.workersForPlatforms)
        return {
          code: 10121,
          message:
            'You do not have access to dispatch namespaces. You can purchase it within the Cloudflare dashboard here: https://dash.cloudflare.com?to=/:account/workers-for-platforms',
        };
      const namespace = setting('namespace');
      return account.namespaces.has(namespace)
        ? null
        : { code: 100119, message: `Dispatch namespace '${namespace}' not found.` };
    }
    case 'ratelimit':
      return RATE_LIMIT.safeParse(binding).success
        ? null
        : {
            code: 10021,
            message: `binding ${name} of type ratelimit needs a namespace_id and a simple limit per 10 or 60 seconds`,
          };
    case 'assets':
      return assets === null
        ? {
            code: 10021,
            message: `binding ${name} of type assets: no assets were uploaded with this version`,
          }
        : null;
    case 'send_email':
    case 'version_metadata':
      return null;
    default:
      // Not modelled: said aloud, so that nobody takes a silent yes for one of Cloudflare's.
      return { code: 10021, message: `The stand-in does not know bindings of type ${type} (${name}).` };
  }
}

/** As settings and versions show it: a secret's value never comes back. */
export function shownBinding({ text, ...binding }: Binding): Record<string, unknown> {
  return binding.type === 'secret_text' ? binding : { ...binding, ...(text === undefined ? {} : { text }) };
}
