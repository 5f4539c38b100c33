/**
 * Blots out known secrets in what is about to be shown: our own words and those of the programs that we run. The last
 * line of defence: none of them is handed a secret to print.
 */
const SHORTEST = 6;
const BLOT = '[secret]';

export interface Redactor {
  /** From now on the text is a secret; JSON is taken apart, and each text in it is one. */
  learn(secret: string | undefined): void;
  redact(text: string): string;
}

export function createRedactor(): Redactor {
  /** Longest first: a secret within another must not leave its rest. */
  let known: string[] = [];
  return {
    learn(secret) {
      if (!secret) return;
      const found = new Set(known);
      for (const text of partsOf(secret)) {
        if (text.length < SHORTEST) continue;
        for (const shape of shapesOf(text)) found.add(shape);
      }
      known = [...found].toSorted((one, other) => other.length - one.length);
    },
    redact(text) {
      let shown = text;
      for (const secret of known) shown = shown.replaceAll(secret, BLOT);
      return shown;
    },
  };
}

/** Members of a key that everybody may see. */
const PUBLIC = new Set([
  'kid',
  'kty',
  'alg',
  'use',
  'crv',
  'x',
  'y',
  'clientId',
  'publishableKey',
  'added',
  'promoted',
  'environment',
]);

function partsOf(text: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [text];
  }
  return typeof value === 'object' && value !== null ? [text, ...textsIn(value)] : [text];
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => (PUBLIC.has(name) ? [] : textsIn(member)));
}

/** As it is, and as JSON, addresses and headers would carry it. */
function shapesOf(text: string): string[] {
  return [
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text),
    Buffer.from(text).toString('base64').replace(/=+$/, ''),
    Buffer.from(text).toString('base64url'),
  ];
}
