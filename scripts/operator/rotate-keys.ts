/** `npm run rotate-keys`: walks a key of the secrets document through its rotation, one step a run. */
import { isDeepStrictEqual } from 'node:util';
import type { FieldKeys } from '../../contract/sealed-secret.ts';
import { Refusal } from '../local/steps.ts';
import { readFieldKeys } from './field-keys.ts';
import { type InstallationSecrets, readSecretsFile, writeSecretsFile } from './installation-secrets.ts';
import type { SecretKey } from './key-making.ts';
import {
  applyStep,
  changedAt,
  KEY_KINDS,
  type KeyKind,
  type KeyList,
  leakedStep,
  listsOf,
  nextStep,
  type Step,
  WAITS,
} from './key-rotation.ts';
import { sealAgain } from './seal-again.ts';
import { readPrimary, waitForTrust } from './supabase-trust.ts';
import type { Tool, ToolResult, ToolRun } from './tool.ts';

const OPTIONS = {
  key: { type: 'string', value: 'KIND', help: `which to rotate: ${KEY_KINDS.join(', ')}` },
  'secrets-file': { type: 'string', value: 'FILE', help: 'the secrets document; it is changed' },
  deployed: {
    type: 'string',
    value: 'TIME',
    help: 'when the deployment of the document as it is now ended: 2026-11-21T18:40Z',
  },
  worker: { type: 'string', value: 'NAME', help: 'only this Worker’s session keys' },
  leaked: {
    type: 'boolean',
    help: 'others know the old key: no overlap, what it signed counts no more from the next deployment on',
  },
  wait: {
    type: 'string',
    value: 'SECONDS',
    help: 'how long to wait until Supabase takes the new key; 180 when left out',
  },
  reseal: {
    type: 'boolean',
    help: 'no step: seals all OAuth client secrets with the first field key',
  },
} as const;

type Run = ToolRun<typeof OPTIONS>;
const LONGEST_WAIT_SECONDS = 3_600;

export const rotateKeysTool: Tool<typeof OPTIONS> = {
  name: 'rotate-keys',
  summary:
    'Takes the next step of a key’s rotation in the secrets document (add, promote, retire), and says what to deploy\n' +
    'and how long to wait. Nobody is signed out, and no request is refused, when each step is deployed before the next.',
  options: OPTIONS,
  environment: {
    FIELD_KEYS:
      'for --reseal without a file: the tenant Workers’ keys of that name, the new key first; else from standard input',
    SUPABASE_URL: 'for --key supabase: the project’s address, which must take the new key before it signs',
  },
  async run(run) {
    const { key, reseal } = run.options;
    if ((key === undefined) === (reseal !== true))
      throw new Refusal('Name what to do: --key KIND, or --reseal.');
    if (key === undefined && run.options.leaked === true) throw new Refusal('--leaked goes with --key KIND.');
    return key === undefined ? sealAgain(run, await readKeysToSeal(run)) : rotate(run, readKind(key));
  },
};

async function readKeysToSeal({ options, world }: Run): Promise<FieldKeys> {
  const file = options['secrets-file'];
  if (file !== undefined) return (await readSecretsFile(file)).fieldKeys;
  const given = world.env['FIELD_KEYS'] || (await world.readInput?.()) || '';
  const keys = readFieldKeys({ FIELD_KEYS: given });
  if (keys === null) throw new Refusal('FIELD_KEYS is not set, and nothing came on standard input.');
  return keys;
}

function readKind(given: string): KeyKind {
  const kind = KEY_KINDS.find((known) => known === given);
  if (kind === undefined) throw new Refusal(`--key takes ${KEY_KINDS.join(', ')}.`);
  return kind;
}

async function rotate(run: Run, kind: KeyKind): Promise<ToolResult> {
  const { options, dryRun } = run;
  const file = options['secrets-file'];
  if (file === undefined)
    throw new Refusal('A rotation changes the secrets document: name its file, --secrets-file FILE.');
  if (options.worker !== undefined && kind !== 'sessions')
    throw new Refusal('Only session keys belong to one Worker: leave --worker out.');
  const secrets = await readSecretsFile(file);
  const lists = listsOf(secrets, kind, options.worker);
  const step = options.leaked === true ? leakedStep(kind, lists) : nextStep(lists, secrets.history);
  const now = Date.now();
  if (step === 'promote' || step === 'retire')
    requireDeployed(run, { kind, step, now, changed: changedAt(lists, secrets.history, step) });
  const replaced = step === 'replace' ? await applyStep(secrets, kind, lists, step, now) : null;
  if (kind === 'supabase' && (step === 'promote' || step === 'replace'))
    await requireTrust(run, secrets, (replaced ?? secrets).supabaseKeys.at(-1));
  if (kind === 'fields' && step === 'retire') {
    const sealing = await sealAgain(run, secrets.fieldKeys);
    if (!sealing.clean) return notYet(sealing, dryRun);
  }
  const next = replaced ?? (await applyStep(secrets, kind, lists, step, now));
  if (!dryRun) await replace(file, secrets, next);
  return report({ run, kind, step, file, lists: dryRun ? lists : listsOf(next, kind, options.worker) });
}

/** Waiting and sealing take minutes: a key that another run has added meanwhile must not be lost. */
async function replace(file: string, read: InstallationSecrets, next: InstallationSecrets): Promise<void> {
  if (!isDeepStrictEqual(await readSecretsFile(file), read))
    throw new Refusal(`${file} was changed meanwhile; nothing of this step is written. Run it again.`);
  await writeSecretsFile(file, next);
}

interface Due {
  readonly kind: KeyKind;
  readonly step: 'promote' | 'retire';
  /** When the document was changed last, in milliseconds since the epoch. */
  readonly changed: number;
  readonly now: number;
}

/** A step counts from the deployment of the one before: what only stands in a file has reached nobody. */
function requireDeployed({ options }: Run, { kind, step, changed, now }: Due): void {
  if (options.deployed === undefined)
    throw new Refusal(
      `Next is to ${step}. Say when the deployment ended that gave all Workers the document as it is now:\n` +
        `  --deployed ${new Date(now).toISOString().slice(0, 16)}Z`,
    );
  const deployed = readTime(options.deployed);
  if (deployed > now) throw new Refusal('--deployed is in the future.');
  // A minute is the precision of what people write.
  if (deployed + 60_000 <= changed)
    throw new Refusal(
      `The document was changed at ${new Date(changed).toISOString()}, after this deployment: deploy it first.`,
    );
  const due = deployed + WAITS[kind][step] * 1000;
  if (now < due)
    throw new Refusal(
      `Too early to ${step}: wait ${formatWait((due - now) / 1000)} more, until ${new Date(due).toISOString()}.`,
    );
}

function readTime(given: string): number {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(given)
    ? Date.parse(given)
    : Number.NaN;
  if (Number.isNaN(time)) throw new Refusal('--deployed takes a time with its zone: 2026-11-21T18:40Z.');
  return time;
}

/** Supabase looks at our keys when it wants to; a token of the new key shows whether it has. */
async function requireTrust(
  { options, world, transact, dryRun }: Run,
  { publishableKey }: InstallationSecrets,
  key: SecretKey | undefined,
): Promise<void> {
  const supabaseUrl = world.env['SUPABASE_URL'];
  if (!supabaseUrl || !/^https?:\/\/[^/]+$/.test(supabaseUrl))
    throw new Refusal('SUPABASE_URL is not set: the address of the project, https://REF.supabase.co.');
  const waitSeconds = Number(options.wait ?? 180);
  if (!Number.isInteger(waitSeconds) || waitSeconds < 1 || waitSeconds > LONGEST_WAIT_SECONDS)
    throw new Refusal(`--wait takes 1 to ${LONGEST_WAIT_SECONDS} seconds.`);
  if (key === undefined || dryRun) return;
  const { primary, issuer } = await transact(async (sql) => {
    const [setting] = await sql<{ value: string }[]>`select value from app.settings where key = 'jwt_issuer'`;
    return { primary: await readPrimary(sql), issuer: setting?.value ?? null };
  });
  if (issuer === null)
    throw new Refusal('The database knows no issuer yet: npm run configure-supabase-auth.');
  await waitForTrust({ supabaseUrl, publishableKey, issuer, key, primary, waitSeconds, world });
}

function notYet({ text, data }: ToolResult, dryRun: boolean): ToolResult {
  const next = dryRun
    ? 'The old key stays until a run finds nothing to seal again.'
    : 'The old key stays. Run this again: it goes when nothing was left to seal again, and every secret opened.';
  return { data, text: `${text}\n${next}`, failed: true };
}

interface Done {
  readonly run: Run;
  readonly kind: KeyKind;
  readonly step: Step;
  readonly file: string;
  readonly lists: readonly KeyList[];
}

function report({ run: { dryRun, options }, kind, step, file, lists }: Done): ToolResult {
  const keys = Object.fromEntries(lists.map(({ name, keys: list }) => [name, list.map(({ kid }) => kid)]));
  const leaked = options.leaked === true;
  const after = step === 'add' ? (leaked ? 'replace' : 'promote') : step === 'promote' ? 'retire' : null;
  const waitSeconds = after === null ? null : after === 'replace' ? 0 : WAITS[kind][after];
  const worker = options.worker === undefined ? '' : ` --worker ${options.worker}`;
  const same = `  npm run rotate-keys -- --key ${kind}${worker} --secrets-file ${file}`;
  return {
    data: { key: kind, step, dryRun, keys, next: after, waitSeconds },
    text: [
      `${kind}, ${step}: ${dryRun ? `${file} would be changed` : WORDS[step]}.`,
      ...Object.entries(keys).map(([name, kids]) => `  ${name}: ${kids.join(', ')}`),
      '',
      `Deploy ${DEPLOYED[kind]} with it.`,
      ...(after === null
        ? ['That was the last step: the rotation is over when this is deployed.']
        : leaked
          ? [
              'When the deployment has ended, the same once more: it waits until Supabase takes the new key.',
              `${same} --leaked`,
            ]
          : [
              `${formatWait(waitSeconds ?? 0)} after the deployment has ended, ${after}:`,
              `${same} --deployed TIME`,
            ]),
      ...(step === 'replace'
        ? ['Never go back to a release of before it: its Workers believe the old key.']
        : []),
      ...(kind === 'supabase' && step === 'add'
        ? [
            'With an imported key instead of an address, give Supabase the new one first: configure-supabase-auth.',
          ]
        : []),
    ].join('\n'),
  };
}

const WORDS: Readonly<Record<Step, string>> = {
  add: 'a new key stands last: accepted, not yet used',
  promote: 'the new key stands first, and is used from the next deployment on',
  retire: 'the old key is gone',
  replace: 'the new key is the only one',
};

const DEPLOYED: Readonly<Record<KeyKind, string>> = {
  context: 'the tenant Workers and the dispatcher',
  sessions: 'the tenant Workers',
  fields: 'the tenant Workers',
  supabase: 'the dispatcher, the tenant Workers and the jobs Worker',
};

/** `2 min`, `7 d 2 min`. */
function formatWait(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  const parts = [
    [Math.floor(minutes / 1440), 'd'],
    [Math.floor((minutes % 1440) / 60), 'h'],
    [minutes % 60, 'min'],
  ] as const;
  return (
    parts
      .filter(([count]) => count > 0)
      .map(([count, unit]) => `${count} ${unit}`)
      .join(' ') || '0 min'
  );
}
