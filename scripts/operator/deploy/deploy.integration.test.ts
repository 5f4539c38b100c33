/** The whole deployment, as `deploy-multi-tenant.sh` runs it, to stand-ins of Cloudflare and Supabase. */
import { chmodSync, existsSync, globSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { meSchema } from '../../../contract/api.ts';
import { Browser, type OpenPortals } from '../../../worker-tenant/tests/browser.ts';
import { expectSignedIn } from '../../../worker-tenant/tests/portal.ts';
import { withChromium } from '../../local/chromium.ts';
import { findPublished } from '../../local/cloudflare-api/published.ts';
import { startCloudflareApi } from '../../local/cloudflare-api/server.ts';
import { callApi, upload } from '../../local/cloudflare-api/testing.ts';
import { type Platform, startPlatform } from '../../local/platform.ts';
import { doctorTool } from '../doctor.ts';
import { runAt, type Said } from '../testing.ts';
import { REPOSITORY } from './build-output.ts';
import { deployTool } from './deploy-tool.ts';
import { FaultLane } from './fault-lane.ts';
import { deployBroken, judgeBroken } from './fault-matrix.ts';
import { takeLock } from './lock.ts';
import {
  BRAND_ZONE,
  NEUTRAL_ZONE,
  PARTNER_DOMAIN,
  type Rehearsal,
  type RehearsedAccount,
  secretTextsOf,
  startRehearsal,
} from './rehearsal.ts';
import { fetchPortal } from './smoke-test.ts';
import { STEP_NAMES } from './steps.ts';

const DISPATCHER = 'marquee-staging-dispatcher';
const JOBS = 'marquee-staging-jobs';
const NAMESPACE = 'marquee-staging';
const FIRST = 'first';
const FIRST_LINE = ['--yes', '--release', FIRST, '--json'];

let platform: Platform;
let rehearsal: Rehearsal;
/** What the first account held when nothing had come in the way. */
let undisturbed: Record<string, unknown>;

beforeAll(async () => {
  platform = await startPlatform();
  rehearsal = await startRehearsal({ platform });
  await rehearsal.openPartnerDomain();
});

afterAll(async () => {
  await rehearsal.close();
  await platform.stop();
});

async function zoneId(cloudflare: RehearsedAccount['cloudflare'], name: string): Promise<string> {
  const { result } = await callApi(cloudflare, 'GET', '/zones');
  const zone = (result as { id: string; name: string }[]).find((one) => one.name === name);
  if (zone === undefined) throw new Error(`no zone ${name}`);
  return zone.id;
}

/** Later options win over those of the account. */
function deploy(account: RehearsedAccount, ...line: string[]): Promise<Said> {
  return runAt(rehearsal.databaseUrl, deployTool, [...account.line, ...line], { env: account.env });
}

function deployFirst(account: RehearsedAccount): Promise<Said> {
  return deploy(account, ...FIRST_LINE);
}

function stateOf({ stateFolder }: RehearsedAccount) {
  return JSON.parse(readFileSync(join(stateFolder, 'staging.json'), 'utf8'));
}

/** For the browser of tests. */
function openEdge({ cloudflare, origin }: RehearsedAccount): OpenPortals {
  return { url: new URL(cloudflare.edge.url), port: cloudflare.edge.port, origin };
}

/** Arguments of all processes of this machine, gathered while `work` runs. */
async function watchArguments<Value>(work: () => Promise<Value>): Promise<{ value: Value; seen: string }> {
  const seen = new Set<string>();
  const look = () => {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        seen.add(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
      } catch {
        // Ended meanwhile.
      }
    }
  };
  const timer = existsSync('/proc/self/cmdline') ? setInterval(look, 100) : undefined;
  try {
    return { value: await work(), seen: [...seen].join('\n') };
  } finally {
    clearInterval(timer);
  }
}

function deployOne(tenant: string, release: string): Promise<Said> {
  return deploy(rehearsal, '--yes', '--json', '--tenant', tenant, '--release', release);
}

/** What the doctor says of some of its groups: `ok Names and routes: …`. */
async function examine(groups: string): Promise<string[]> {
  const line = ['--env', 'staging', '--config', rehearsal.configFile, '--json', '--only', groups];
  const said = await runAt(rehearsal.databaseUrl, doctorTool, line, { env: rehearsal.env });
  const findings: { level: string; about: string; words: string }[] = JSON.parse(said.out).findings;
  // The schema is ahead of every commit while one of its migrations is in none.
  return findings
    .filter(({ about }) => about !== 'Schema')
    .map(({ level, about, words }) => `${level} ${about}: ${words}`);
}

describe('A deployment to an empty account', () => {
  test('is refused while the secrets may be read by others, or something is missing, all at once', async () => {
    chmodSync(rehearsal.secretsFile, 0o644);
    const open = await deploy(rehearsal);
    chmodSync(rehearsal.secretsFile, 0o600);
    expect(open).toMatchObject({ code: 1 });
    expect(open.error).toContain('chmod 600');

    const { CLOUDFLARE_API_TOKEN: _none, ...env } = rehearsal.env;
    const missing = await runAt(
      rehearsal.databaseUrl,
      deployTool,
      [...rehearsal.line, '--secrets-file', '/nowhere'],
      { env: { ...env, SUPABASE_ACCESS_TOKEN: '' } },
    );
    expect(missing.error).toMatch(
      /CLOUDFLARE_API_TOKEN is not set.*\n.*SUPABASE_ACCESS_TOKEN is not set.*\n.*\/nowhere/,
    );
  });

  test('is refused with everything that the account and the token lack', async () => {
    const poor = await startCloudflareApi({
      accountId: rehearsal.cloudflare.accountId,
      zones: [BRAND_ZONE],
      workersForPlatforms: false,
      permissions: ['Workers Scripts Write', 'Queues Write', 'Zone Read', 'DNS Write'],
    });
    try {
      const env = { ...rehearsal.env, CLOUDFLARE_API_BASE_URL: poor.url, CLOUDFLARE_API_TOKEN: poor.token };
      const said = await runAt(rehearsal.databaseUrl, deployTool, [...rehearsal.line, '--yes'], { env });
      expect(said).toMatchObject({ code: 1 });
      for (const problem of [
        'no Workers for Platforms',
        'lacks “Workers KV Storage: Edit”',
        'lacks “Workers R2 Storage: Edit”',
        `lacks “Workers Routes: Edit for ${BRAND_ZONE}”`,
        `no zone ${NEUTRAL_ZONE}`,
      ])
        expect(said.error).toContain(problem);
      expect(said.error).not.toMatch(/lacks “(?:Queues|DNS)/);
      // It was asked whether it may write, by deleting what is not there.
      expect(poor.calls.every((call) => /^GET |^DELETE .*0{32}$/.test(call))).toBe(true);

      const stranger = await runAt(rehearsal.databaseUrl, deployTool, rehearsal.line, {
        env: { ...env, CLOUDFLARE_API_TOKEN: 'of-somebody-else' },
      });
      expect(stranger.error).toMatch(
        /^Before anything was changed:\n {2}- Cloudflare refuses CLOUDFLARE_API_TOKEN\..*\n$/,
      );
    } finally {
      await poor.close();
    }
  });

  test('shows every change in a dry run, and makes none', async () => {
    const before = rehearsal.cloudflare.snapshot();
    const everything = await describeAccount(rehearsal);
    const said = await deploy(rehearsal, '--dry-run', '--json');
    expect(said).toMatchObject({ code: 0 });
    const { changes, release } = JSON.parse(said.out);
    expect(changes).toBe(18);
    expect(release).toMatch(/^[0-9a-f]{12}$/);
    expect(said.error).toContain(`would upload partner-tenant--${release} into marquee-staging`);
    expect(rehearsal.cloudflare.snapshot()).toEqual(before);
    expect(existsSync(rehearsal.stateFolder)).toBe(false);
    expect(await describeAccount(rehearsal)).toEqual(everything);
    expect(rehearsal.management.calls.every((call) => call.startsWith('GET '))).toBe(true);
  });

  test('takes a yes before it creates a namespace', async () => {
    const said = await deploy(rehearsal, '--release', FIRST);
    expect(said).toMatchObject({ code: 1 });
    expect(said.error).toContain('--yes says it');
    expect(rehearsal.cloudflare.snapshot().namespaces).toEqual({});
  });

  test('is one at a time', async () => {
    const lock = await takeLock(rehearsal.databaseUrl, 'staging');
    try {
      const before = rehearsal.cloudflare.snapshot();
      const second = await deployFirst(rehearsal);
      expect(second).toMatchObject({ code: 1 });
      expect(second.error).toMatch(/staging is being deployed right now by marquee-deploy \S+@/);
      expect(rehearsal.cloudflare.snapshot()).toEqual(before);
    } finally {
      await lock.release();
    }
  });

  test('ends with every portal served, and shows no secret to anybody', async () => {
    const { value: said, seen } = await watchArguments(() => deployFirst(rehearsal));
    expect(said.error).toContain('✓ Smoke test of every tenant: 4 tenants are as they should be');
    expect(said).toMatchObject({ code: 0 });
    expect(said.error).toMatch(/auth: .*partner1\.cozyartzmedia\.com\/auth\/callback +its own +accepted/);
    expect(said.error).toContain('third-party monthly active users');
    const { tenants } = JSON.parse(said.out);
    expect(tenants.map((tenant: { problems: string[] }) => tenant.problems)).toEqual([[], [], [], []]);
    const target = { edge: new URL(rehearsal.cloudflare.edge.url), dispatcher: DISPATCHER };
    for (const [hostname, brand] of [
      ['cozyartzmedia.com', 'Cozyartz Media Group'],
      ['partner1.cozyartzmedia.com', 'Partner One'],
      [PARTNER_DOMAIN, 'Partner SEO'],
    ] as const) {
      const page = await fetchPortal(target, hostname, '/sign-in', null);
      expect(page?.status).toBe(200);
      expect(page?.body).toContain(brand);
    }
    expect(rehearsal.management.settings()).toMatchObject({ signUpsDisabled: true });
    expect(rehearsal.cloudflare.unknownCalls).toEqual([]);
    undisturbed = await describeAccount(rehearsal);
    // Two at once, from one clone, would find each other's files among their modules.
    expect(globSync('dist/*/.wrangler', { cwd: REPOSITORY })).toEqual([]);

    expect(seen).toContain('--dispatch-namespace');
    const { edge } = rehearsal.cloudflare;
    const shown = [said.out, said.error, seen, JSON.stringify([stateOf(rehearsal), edge.logs()])].join('\n');
    const secrets = secretTextsOf(rehearsal);
    for (const secret of secrets) expect(shown.includes(secret)).toBe(false);
    // Nor is one in what was uploaded: code, assets, plain bindings, KV. What is not secret is found there.
    expect(findPublished(rehearsal.cloudflare.save(), [...secrets, BRAND_ZONE])).toEqual([BRAND_ZONE]);
  }, 120_000);

  test('lets people in on a partner’s own domain, as its providers tell who they are', async () => {
    const browser = new Browser(openEdge(rehearsal));
    expectSignedIn(await browser.signIn(PARTNER_DOMAIN, 'github', 'ada'));
    const me = await browser.request(PARTNER_DOMAIN, '/api/me');
    expect(me.status).toBe(200);
    expect(meSchema.parse(await me.json()).member.name).toBe('Ada Lovelace');
    expectSignedIn(await browser.signIn(BRAND_ZONE, 'google', 'ada'));
  });

  test('is used in a real browser: the brand, a click, the dashboard', async () => {
    await withChromium(async (chrome) => {
      const page = await chrome.newPage();
      await page.goto(`${rehearsal.origin(`partner1.${BRAND_ZONE}`)}/`);
      const button = page.getByRole('button', { name: 'Continue with GitHub' });
      await button.waitFor();
      expect(await page.title()).toBe('Sign in · Partner One');
      await button.click();
      await page.getByRole('button', { name: 'Ada Lovelace' }).click();
      await page.getByRole('heading', { level: 1, name: /^Good .+, Ada$/ }).waitFor();
      expect(await page.title()).toBe('Dashboard · Partner One');
      expect(await page.getByRole('banner').textContent()).toContain('Partner One');
      expect(await page.content()).not.toContain('Cozyartz');
    });
  });

  test('is healthy by the doctor’s word, who changes nothing of it', async () => {
    const before = rehearsal.cloudflare.snapshot();
    const found = await examine('workers,directory,tenants');
    expect(found.filter((line) => !line.startsWith('ok '))).toEqual([]);
    expect(found).toEqual(
      expect.arrayContaining([
        `ok ${DISPATCHER}: serves the release ${FIRST} to everybody`,
        `ok ${JOBS}: is of the release ${FIRST}, as the dispatcher`,
        // As the dispatcher has written them for those who were there.
        expect.stringMatching(/^ok KV marquee-staging-tenant-directory: [4-9] entries, none of them behind/),
      ]),
    );
    expect(rehearsal.cloudflare.snapshot()).toEqual(before);
    expect(rehearsal.cloudflare.unknownCalls).toEqual([]);
  });

  test('changes nothing when it is run again, and tells what else Supabase trusts', async () => {
    const before = rehearsal.cloudflare.snapshot();
    const { management } = rehearsal;
    const project = management.save();
    await fetch(`${management.url}/v1/projects/${management.project}/config/auth/third-party-auth`, {
      method: 'POST',
      headers: { authorization: `Bearer ${management.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ jwks_url: 'https://former.example/jwks.json' }),
    });
    const said = await deployFirst(rehearsal);
    expect(said.error).toContain('auth: Supabase also trusts https://former.example/jwks.json');
    management.restore(project);
    expect(said).toMatchObject({ code: 0 });
    const { changes, steps } = JSON.parse(said.out);
    expect([changes, steps.length]).toEqual([0, 12]);
    expect(rehearsal.cloudflare.snapshot()).toEqual(before);
  });

  test('shows what another release would change, and changes nothing', async () => {
    const before = await describeAccount(rehearsal);
    const said = await deploy(rehearsal, '--release', 'second', '--dry-run', '--json');
    expect(said).toMatchObject({ code: 0 });
    expect(said.error).toContain('release: would let everybody in: second at 100 %');
    expect(await describeAccount(rehearsal)).toEqual(before);
  });

  test.each(STEP_NAMES)('changes nothing by the step %s alone', async (step) => {
    const before = rehearsal.cloudflare.snapshot();
    const said = await deploy(rehearsal, '--yes', '--release', FIRST, '--json', '--only', step);
    expect([said.code, JSON.parse(said.out || '{}')]).toMatchObject([0, { changes: 0, steps: [{ step }] }]);
    expect(rehearsal.cloudflare.snapshot()).toEqual(before);
  });

  test('looks after one tenant alone, in the release that serves', async () => {
    const said = await deployOne('partner1', FIRST);
    expect(said).toMatchObject({ code: 0 });
    expect(JSON.parse(said.out)).toMatchObject({
      changes: 0,
      tenants: [{ tenantId: 'partner1', problems: [] }],
    });
    expect((await deploy(rehearsal, '--tenant', 'partner1', '--only', 'routes')).error).toContain(
      '--tenant goes with tenants and smoke alone',
    );
    expect((await deployOne('nobody', FIRST)).error).toContain('There is no tenant nobody');
    expect((await deployOne('partner1', 'another')).error).toContain(
      'first is serving: deploy all tenants first',
    );
  });

  test('refuses a namespace that is another than before, and creates none by a typo', async () => {
    const config = JSON.parse(readFileSync(rehearsal.configFile, 'utf8'));
    config.environments.staging.namespace = 'marquee-stagign';
    const typo = join(rehearsal.folder, 'typo.json');
    writeFileSync(typo, JSON.stringify(config));
    const known = await deploy(rehearsal, '--yes', '--config', typo);
    expect(known.error).toContain('The namespace was marquee-staging until now');
    // Where nothing is remembered, the account itself tells.
    const fresh = await deploy(
      rehearsal,
      '--yes',
      '--config',
      typo,
      '--state-dir',
      join(rehearsal.folder, 'none'),
    );
    expect(fresh).toMatchObject({ code: 1 });
    expect(fresh.error).toContain('is its name in the configuration mistyped?');
    expect(Object.keys(rehearsal.cloudflare.snapshot().namespaces)).toEqual([NAMESPACE]);
  });
});

describe('A release that does not prove itself', () => {
  test('never reaches a visitor: the version before serves, and the exit code says so', async () => {
    const served = rehearsal.cloudflare.snapshot().scripts[DISPATCHER];
    // Its Workers are not in the namespace.
    const said = await deploy(rehearsal, '--yes', '--release', 'broken', '--from', 'version');
    expect(said).toMatchObject({ code: 1 });
    expect(said.error).toContain('the version before serves again:');
    expect(said.error).toMatch(/\n {2}partner1: .*\/api\/health answers 50\d/);
    expect(rehearsal.cloudflare.snapshot().scripts[DISPATCHER]).toEqual(served);
  });
});

describe('What is there already', () => {
  // Beside the one that serves, there is one to go back to.
  beforeAll(async () => {
    for (const release of ['broken', FIRST])
      for (const step of ['version', 'release'])
        expect(await deploy(rehearsal, '--yes', '--release', release, '--only', step)).toMatchObject({
          code: 0,
        });
    expect((await deploy(rehearsal, '--release', FIRST, '--only', 'smoke')).error).toContain(
      '4 tenants are as they should be',
    );
  }, 120_000);

  test('is deleted of releases before the previous one, and of nobody else', async () => {
    const scripts = `/accounts/${rehearsal.cloudflare.accountId}/workers/dispatch/namespaces/${NAMESPACE}/scripts`;
    for (const name of ['custom-tenant--older', 'acme-tenant--older', 'somebody-elses', 'shop--eu-west'])
      expect(await upload(rehearsal.cloudflare, 'PUT', `${scripts}/${name}`, {})).toMatchObject({
        status: 200,
      });
    const said = await deploy(rehearsal, '--yes', '--release', FIRST, '--only', 'clean-up');
    expect(said.error).toContain('delete custom-tenant--older');
    expect(said.error).toContain('delete acme-tenant--older');
    expect(said).toMatchObject({ code: 0 });
    expect(Object.keys(rehearsal.cloudflare.snapshot().namespaces[NAMESPACE] ?? {}).toSorted()).toEqual(
      [
        `custom-tenant--${FIRST}`,
        `partner-tenant--${FIRST}`,
        `primary-tenant--${FIRST}`,
        'shop--eu-west',
        'somebody-elses',
      ].toSorted(),
    );
  });

  test('is not taken over without a yes: names that the routes would catch are listed', async () => {
    const account = await rehearsal.openAccount();
    const zone = await zoneId(account.cloudflare, BRAND_ZONE);
    const shop = { type: 'A', name: `shop.${BRAND_ZONE}`, content: '192.0.2.1', proxied: true };
    const mail = { type: 'A', name: `mail.${BRAND_ZONE}`, content: '192.0.2.2', proxied: false };
    for (const record of [shop, mail])
      await callApi(account.cloudflare, 'POST', `/zones/${zone}/dns_records`, record);
    const before = account.cloudflare.snapshot();
    const said = await deploy(account, '--release', FIRST, '--only', 'routes');
    expect(said).toMatchObject({ code: 1 });
    expect(said.error).toContain(`in place of: shop.${BRAND_ZONE} (A 192.0.2.1)`);
    expect(said.error).not.toContain(`mail.${BRAND_ZONE}`);
    expect(account.cloudflare.snapshot()).toEqual(before);
  });
});

describe('A deployment that is interrupted', () => {
  // A sample, each run a whole deployment: `npm run test:faults` has every call with every fault, step by step.
  test('ends, run again, as one that nothing came in the way of', async () => {
    const account = await rehearsal.openAccount();
    await account.openPartnerDomain();
    const lane = new FaultLane(rehearsal, account);
    try {
      // People have signed in since the undisturbed run: rows are compared with those of this moment.
      const { tables } = await lane.describe();
      for (const [match, fault, lasting] of [
        [/^GET .*\/queues$/, 'rate-limited', true],
        [/^POST .*\/storage\/kv\/namespaces$/, 'answer-lost', false],
        [/^PUT .*\/scripts\/marquee-staging-dispatcher$/, 'answer-lost', true],
        [/^POST .*\/workers\/routes$/, 'hanging', false],
      ] as const) {
        const run = await deployBroken(lane, { api: 'cloudflare', match, fault, lasting }, FIRST_LINE);
        expect([match, judgeBroken(run, fault, lane)]).toEqual([match, []]);
        expect([match, run.code]).toEqual([match, 1]);
      }
      expect(await lane.deploy(...FIRST_LINE)).toMatchObject({ code: 0 });
      expect(await lane.describe()).toEqual({ ...undisturbed, tables });
    } finally {
      await lane.close();
    }
  }, 240_000);
});

async function describeAccount(account: Rehearsal): Promise<Record<string, unknown>> {
  const lane = new FaultLane(account, account);
  try {
    return await lane.describe();
  } finally {
    await lane.close();
  }
}
