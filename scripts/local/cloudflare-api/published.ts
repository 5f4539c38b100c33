/**
 * All that an account holds in the open, as bytes: modules, assets, plain bindings, values of KV, records, annotations;
 * everything but the values of secrets. For tests that look for a secret where none may be.
 */
import type { SavedAccount } from './saving.ts';

export function findPublished(account: SavedAccount, texts: readonly string[]): string[] {
  const wanted = texts.map((text) => Buffer.from(text));
  const found = new Set<string>();
  for (const bytes of new Set(bytesIn(account)))
    for (const [index, text] of wanted.entries()) if (bytes.includes(text)) found.add(texts[index] ?? '');
  return [...found];
}

function bytesIn(value: unknown): Buffer[] {
  if (typeof value === 'string') return [Buffer.from(value)];
  if (Buffer.isBuffer(value)) return [value];
  if (value instanceof Map) return [...value].flatMap(bytesIn);
  if (Array.isArray(value)) return value.flatMap(bytesIn);
  if (typeof value !== 'object' || value === null) return [];
  if ('type' in value && value.type === 'secret_text') return [];
  return Object.entries(value).flatMap(bytesIn);
}
