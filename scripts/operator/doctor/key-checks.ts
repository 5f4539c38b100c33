/** Are the keys whole, young enough, known to Supabase, and enough for every Worker? Called by doctor.ts. */
import { fetchPortal, parseJson, type SmokeTarget } from '../deploy/smoke-test.ts';
import { type InstallationSecrets, supabaseJwks } from '../installation-secrets.ts';
import { KEY_KINDS, listsOf } from '../key-rotation.ts';
import { isSameKey, keySetSchema } from '../signing-key.ts';
import { askWithKey } from '../supabase-trust.ts';
import { type Check, type Finding, fail, ok, warn } from './findings.ts';
import type { Installation } from './installation.ts';

/** Its step looks, and does what configure-supabase-auth does. */
const TRUST = 'Deploy, if need be the step auth alone.';
const DAY_MILLISECONDS = 86_400_000;
const OLD_DAYS = 365;
/** The longest wait of a rotation is a week. */
const UNFINISHED_DAYS = 14;

interface Keys {
  readonly secrets: InstallationSecrets;
  readonly installation: Installation;
  readonly target: SmokeTarget;
  /** Null where nobody said where the Data API is. */
  readonly supabaseUrl: string | null;
}

export function keyChecks(keys: Keys): Check[] {
  const check = (about: string, run: () => Promise<readonly Finding[]>): Check => ({
    group: 'keys',
    about,
    seconds: 30,
    run,
  });
  return [
    check('Age of the keys', async () => judgeAges(keys.secrets, Date.now())),
    check('Session keys', async () => judgeSessionKeys(keys)),
    check('Published keys', () => judgePublished(keys)),
    check('Tokens', () => judgeTokens(keys)),
  ];
}

function judgeAges(secrets: InstallationSecrets, now: number): Finding[] {
  const findings: Finding[] = [];
  for (const kind of KEY_KINDS) {
    const rotate = `npm run rotate-keys -- --key ${kind} --secrets-file FILE`;
    for (const { name, keys } of listsOf(secrets, kind)) {
      const ageOf = (time: string | undefined) =>
        time === undefined ? null : Math.floor((now - Date.parse(time)) / DAY_MILLISECONDS);
      const [first, ...others] = keys.map(({ kid }) => secrets.history.find((entry) => entry.kid === kid));
      const age = ageOf(first?.added);
      if (age === null) findings.push(warn(name, 'nobody wrote down how old its key is', rotate));
      else if (age > OLD_DAYS) findings.push(warn(name, `its key is ${age} days old`, rotate));
      const since = Math.max(
        ...[first, ...others].map((entry) => Date.parse(entry?.promoted ?? entry?.added ?? '') || 0),
      );
      const days = Math.floor((now - since) / DAY_MILLISECONDS);
      if (others.length > 0 && days > UNFINISHED_DAYS)
        findings.push(warn(name, `a rotation was left unfinished ${days} days ago`, `Go on: ${rotate}`));
    }
  }
  return findings.length > 0 ? findings : [ok('Age of the keys', `none is older than ${OLD_DAYS} days`)];
}

function judgeSessionKeys({ secrets, installation }: Keys): Finding[] {
  const workers = [...new Set(installation.hosts.map(({ worker }) => worker))];
  const without = workers.filter((worker) => !Object.hasOwn(secrets.sessionKeys, worker));
  return without.length === 0
    ? [ok('Session keys', 'every Worker that a tenant names has its own')]
    : without.map((worker) =>
        fail(
          'Session keys',
          `${worker} serves a tenant and has none`,
          `npm run create-secrets -- FILE --add-worker ${worker}`,
        ),
      );
}

async function judgePublished({ secrets, installation: { primary }, target }: Keys): Promise<Finding[]> {
  const about = 'Published keys';
  if (primary === null)
    return [fail(about, 'there is no primary tenant', 'npm run add-tenant -- --type primary')];
  const path = '/.well-known/jwks.json';
  const answer = await fetchPortal(target, primary.hostname, path, null);
  const served = keySetSchema.safeParse(answer?.status === 200 ? parseJson(answer.body) : null);
  if (!served.success)
    return [
      fail(
        about,
        `${primary.hostname}${path} serves no key set (${answer?.status ?? 'no answer'})`,
        'Deploy the dispatcher.',
      ),
    ];
  const missing = supabaseJwks(secrets).keys.filter(
    (key) => !served.data.keys.some((known) => isSameKey(known, key)),
  );
  const strangers = served.data.keys.filter(
    ({ kid }) => !secrets.supabaseKeys.some((key) => key.kid === kid),
  );
  return [
    ...missing.map(({ kid }) =>
      fail(
        about,
        `${kid} is not among what ${primary.hostname}${path} serves`,
        'Deploy the dispatcher with this secrets document.',
      ),
    ),
    ...strangers.map(({ kid }) =>
      warn(
        about,
        `${kid ?? 'a key without a name'} is served and not in the secrets document`,
        'Deploy the dispatcher, if a rotation has retired it.',
      ),
    ),
    ...(missing.length + strangers.length === 0
      ? [ok(about, `${primary.hostname}${path} serves what the secrets document has`)]
      : []),
  ];
}

/** Each key signs a token as a Worker would that signs somebody in. */
async function judgeTokens({
  secrets,
  installation: { primary, issuer },
  supabaseUrl,
}: Keys): Promise<Finding[]> {
  const about = 'Tokens';
  if (supabaseUrl === null)
    return [
      warn(about, 'not checked: nobody said where the Data API is', 'Set SUPABASE_URL, or give --env.'),
    ];
  if (primary === null || issuer === null)
    return [fail(about, 'the database knows no issuer of our tokens', TRUST)];
  const { publishableKey } = secrets;
  const asking = {
    supabaseUrl,
    publishableKey,
    issuer,
    primary: { tenantId: primary.tenantId, domain: primary.hostname },
  };
  return Promise.all(
    secrets.supabaseKeys.map(async (key, index): Promise<Finding> => {
      const { status, body } = await askWithKey({ ...asking, key });
      if (status === 200) return ok(about, `the Data API takes those of ${key.kid}`);
      const words = `the Data API refuses those of ${key.kid} (${status ?? 'no answer'}${body.message ? `: ${body.message}` : ''})`;
      return index === 0
        ? fail(about, words, TRUST)
        : warn(about, words, 'It does not sign yet. Deploy the dispatcher with it, and wait for Supabase.');
    }),
  );
}
