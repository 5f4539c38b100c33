/**
 * Secrets of a script, which are bindings of its upload: names are shown, values never. Used by namespaces.ts and
 * scripts.ts. https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/secrets/
 */
import { z } from 'zod';
import type { Binding, Upload } from './account.ts';
import { refuse } from './envelope.ts';
import { digestOf } from './uploads.ts';

export const secretSchema = z.object({
  name: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
    .max(255),
  type: z.literal('secret_text'),
  text: z.string().max(5 * 1024),
});
export type Secret = z.infer<typeof secretSchema>;

export function secretNames({ bindings }: Upload): { name: string; type: string }[] {
  return bindings.filter(({ type }) => type === 'secret_text').map(({ name, type }) => ({ name, type }));
}

export function changedSecrets(upload: Upload, secrets: readonly Secret[]): Upload {
  const taken = upload.bindings.find(
    ({ name, type }) => type !== 'secret_text' && secrets.some((secret) => secret.name === name),
  );
  if (taken) refuse(400, 10053, `Binding name '${taken.name}' already in use.`);
  const names = new Set(secrets.map(({ name }) => name));
  return withBindings(upload, [...upload.bindings.filter(({ name }) => !names.has(name)), ...secrets]);
}

export function deletedSecret(upload: Upload, name: string): Upload {
  if (!secretNames(upload).some((secret) => secret.name === name))
    refuse(404, 10056, `Secret binding '${name}' not found.`);
  return withBindings(
    upload,
    upload.bindings.filter((binding) => binding.name !== name),
  );
}

function withBindings(upload: Upload, bindings: readonly Binding[]): Upload {
  const changed = { ...upload, bindings };
  return { ...changed, digest: digestOf(changed) };
}
