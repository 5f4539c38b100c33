/**
 * The steps by which a key takes another's place while Workers of before and after each step serve side by side: `add`
 * (last in its list: verified, not yet used) → `promote` (first: signs or seals) → `retire` (the old one goes). What a
 * list and the history show decides which step is next. A key that others know does not wait for that: `replace` puts a
 * new one in place of all. Pure; called by rotate-keys.ts.
 */
import { TENANT_CONTEXT_LIFETIME_SECONDS } from '../../contract/tenant-context.ts';
import { Refusal } from '../local/steps.ts';
import type { InstallationSecrets, KeyHistory } from './installation-secrets.ts';
import { createSigningKey, createSymmetricKey, type SecretKey } from './key-making.ts';

export const KEY_KINDS = ['context', 'sessions', 'fields', 'supabase'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];
export type Step = 'add' | 'promote' | 'retire' | 'replace';

/** After a deployment has ended: until no location and no request in flight has the Workers of before. */
const SPREAD_SECONDS = 120;
/** A clock may be so far off before a token counts as expired (Data API: 30 s; ours: 5 s). */
const CLOCK_SECONDS = 30;
/** worker-tenant/src/data/supabase-token.ts: how long a token for the Data API lives. */
export const DATA_API_TOKEN_SECONDS = 240;
/**
 * `app.session_idle_time()`: whoever came by since the new key signs has a cookie of it, because a cookie's token is
 * renewed when its ten minutes are over; whoever did not has been idle for too long.
 */
export const SESSION_IDLE_SECONDS = 7 * 24 * 60 * 60;

/** How long after the deployment of what the step before left behind. In seconds. */
export const WAITS: Readonly<Record<KeyKind, Readonly<Record<'promote' | 'retire', number>>>> = {
  context: {
    promote: SPREAD_SECONDS,
    retire: SPREAD_SECONDS + TENANT_CONTEXT_LIFETIME_SECONDS + CLOCK_SECONDS,
  },
  sessions: { promote: SPREAD_SECONDS, retire: SPREAD_SECONDS + SESSION_IDLE_SECONDS },
  // Beside this, nothing may be left that the old key has sealed.
  fields: { promote: SPREAD_SECONDS, retire: SPREAD_SECONDS },
  // Beside this, Supabase must take a token of the new key.
  supabase: { promote: SPREAD_SECONDS, retire: SPREAD_SECONDS + DATA_API_TOKEN_SECONDS + CLOCK_SECONDS },
};

export interface KeyList {
  /** `contextKeys`, `sessionKeys.partner-tenant`. */
  readonly name: string;
  readonly keys: readonly SecretKey[];
}

/** `worker` picks one of the session lists. */
export function listsOf(secrets: InstallationSecrets, kind: KeyKind, worker?: string): readonly KeyList[] {
  switch (kind) {
    case 'context':
      return [{ name: 'contextKeys', keys: secrets.contextKeys }];
    case 'supabase':
      return [{ name: 'supabaseKeys', keys: secrets.supabaseKeys }];
    case 'fields':
      return [{ name: 'fieldKeys', keys: secrets.fieldKeys }];
    case 'sessions':
      return Object.entries(secrets.sessionKeys)
        .filter(([name]) => worker === undefined || name === worker)
        .map(([name, keys]) => ({ name: `sessionKeys.${name}`, keys }));
    default:
      return kind satisfies never;
  }
}

/** Refuses where nobody can tell which key is the newer one, and lists that are not at the same step. */
export function nextStep(lists: readonly KeyList[], history: readonly KeyHistory[]): Step {
  const steps = lists.map((list) => ({ name: list.name, step: stepOf(list, history) }));
  const [first] = steps;
  if (first === undefined) throw new Refusal('There are no such keys in the secrets document.');
  if (steps.every(({ step }) => step === first.step)) return first.step;
  throw new Refusal(
    `These lists are not at the same step; name one by --worker:\n${steps.map(({ name, step }) => `  ${name}: ${step}`).join('\n')}`,
  );
}

/**
 * The way of a key that others know. Contexts and cookies are made and read within one release, by its own dispatcher
 * and Workers, so that one deployment changes both ends. Supabase has to know the new key first, by a deployment more.
 */
export function leakedStep(kind: KeyKind, lists: readonly KeyList[]): 'add' | 'replace' {
  if (lists.length === 0) throw new Refusal('There are no such keys in the secrets document.');
  if (kind === 'fields')
    throw new Refusal(
      'Field keys have no shorter way: the old one opens what it has sealed until that is sealed again. Take the three\n' +
        'steps without --leaked, then let the partners renew their clients: their secrets may be known.',
    );
  return kind === 'supabase' && lists.every(({ keys }) => keys.length === 1) ? 'add' : 'replace';
}

function stepOf({ name, keys }: KeyList, history: readonly KeyHistory[]): Step {
  const [first, ...others] = keys;
  const known = (key: SecretKey | undefined) => history.find(({ kid }) => kid === key?.kid);
  const isWaiting = (key: SecretKey) => known(key) !== undefined && known(key)?.promoted === undefined;
  if (others.length === 0) return 'add';
  if (others.length === 1 && others.every(isWaiting)) return 'promote';
  const promoted = known(first)?.promoted;
  const isOlder = (key: SecretKey) => (known(key)?.promoted ?? '') < (promoted ?? '') && !isWaiting(key);
  if (promoted !== undefined && others.every(isOlder)) return 'retire';
  throw new Refusal(
    `${name} has ${keys.length} keys, and \`history\` does not say which of them is new. Write it there: ` +
      '{"kid": "…", "added": "2026-11-21T18:00:00Z"} for one that waits, with "promoted" for one that signs already.',
  );
}

/** The document after a step. `now` in milliseconds since the epoch. */
export async function applyStep(
  secrets: InstallationSecrets,
  kind: KeyKind,
  lists: readonly KeyList[],
  step: Step,
  now: number,
): Promise<InstallationSecrets> {
  let next = secrets;
  for (const { name, keys } of lists) {
    const changed = await change(kind, keys, step, secrets.history);
    next = { ...withList(next, name, changed), history: record(next.history, keys, changed, step, now) };
  }
  return next;
}

async function change(
  kind: KeyKind,
  keys: readonly SecretKey[],
  step: Step,
  history: readonly KeyHistory[],
): Promise<readonly SecretKey[]> {
  switch (step) {
    case 'add':
      return [...keys, await createKey(kind)];
    case 'promote':
      return keys.toReversed();
    case 'retire':
      return keys.slice(0, 1);
    case 'replace':
      // Supabase takes none that it has not been shown: the one that was added last.
      return kind === 'supabase' ? [newestOf(keys, history)] : [await createKey(kind)];
    default:
      return step satisfies never;
  }
}

/** Refuses where nobody can tell. */
function newestOf(keys: readonly SecretKey[], history: readonly KeyHistory[]): SecretKey {
  const addedAt = ({ kid }: SecretKey) => history.find((known) => known.kid === kid)?.added ?? '';
  const [newest, next] = keys.toSorted((one, other) => (addedAt(one) < addedAt(other) ? 1 : -1));
  if (newest === undefined || (next !== undefined && addedAt(newest) === addedAt(next)))
    throw new Refusal('`history` does not say which of the keys was added last: write it there.');
  return newest;
}

function createKey(kind: KeyKind): Promise<SecretKey> {
  switch (kind) {
    case 'context':
      return createSigningKey('Ed25519');
    case 'supabase':
      return createSigningKey('ES256');
    case 'sessions':
      return createSymmetricKey('HS256');
    case 'fields':
      return createSymmetricKey('A256GCM');
    default:
      return kind satisfies never;
  }
}

function withList(
  secrets: InstallationSecrets,
  name: string,
  keys: readonly SecretKey[],
): InstallationSecrets {
  const [list = '', ...worker] = name.split('.');
  if (list !== 'sessionKeys') return { ...secrets, [list]: keys };
  return { ...secrets, sessionKeys: { ...secrets.sessionKeys, [worker.join('.')]: keys } };
}

/** A key that is gone is not remembered. */
function record(
  history: readonly KeyHistory[],
  before: readonly SecretKey[],
  after: readonly SecretKey[],
  step: Step,
  now: number,
): readonly KeyHistory[] {
  const time = new Date(now).toISOString();
  const newest = step === 'add' ? after.at(-1) : after[0];
  const gone = before.filter((key) => !after.includes(key)).map(({ kid }) => kid);
  const others = history.filter(({ kid }) => !gone.includes(kid));
  if (step === 'retire' || newest === undefined) return others;
  if (step === 'add') return [...others, { kid: newest.kid, added: time }];
  if (step === 'replace') {
    const added = others.find(({ kid }) => kid === newest.kid)?.added ?? time;
    return [...others.filter(({ kid }) => kid !== newest.kid), { kid: newest.kid, added, promoted: time }];
  }
  return others.map((entry) => (entry.kid === newest.kid ? { ...entry, promoted: time } : entry));
}

/** When the step before was written into the document, in milliseconds since the epoch. */
export function changedAt(lists: readonly KeyList[], history: readonly KeyHistory[], step: Step): number {
  const times = lists.map(({ keys }) => {
    const newest = step === 'promote' ? keys.at(-1) : keys[0];
    const entry = history.find(({ kid }) => kid === newest?.kid);
    return Date.parse((step === 'promote' ? entry?.added : entry?.promoted) ?? '') || 0;
  });
  return Math.max(...times);
}
