/** The step `routes` in accounts where something is already: nothing is taken over unseen, and partners’ domains come in. */
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callApi, upload } from '../../local/cloudflare-api/testing.ts';
import { type Platform, startPlatform } from '../../local/platform.ts';
import { addTenantTool } from '../add-tenant.ts';
import { listTenantsTool } from '../list-tenants.ts';
import { removeTenantTool } from '../remove-tenant.ts';
import { suspendTenantTool } from '../suspend-tenant.ts';
import { runAt, type Said } from '../testing.ts';
import type { AnyTool } from '../tool.ts';
import { deployTool } from './deploy-tool.ts';
import {
  BRAND_ZONE,
  CUSTOM_HOSTNAME_TARGET,
  NEUTRAL_ZONE,
  PARTNER_DOMAIN,
  type Rehearsal,
  type RehearsedAccount,
  startRehearsal,
} from './rehearsal.ts';

const DISPATCHER = 'marquee-staging-dispatcher';
const HTTP = { method: 'http', type: 'dv' };

let platform: Platform;
let rehearsal: Rehearsal;

beforeAll(async () => {
  platform = await startPlatform();
  rehearsal = await startRehearsal({ platform });
});

afterAll(async () => {
  await rehearsal.close();
  await platform.stop();
});

/** An account with the dispatcher, and with another Worker of the operator's. */
async function openAccount() {
  const account = await rehearsal.openAccount();
  const { cloudflare } = account;
  const at = `/accounts/${cloudflare.accountId}`;
  for (const name of [DISPATCHER, 'shop'])
    expect(await upload(cloudflare, 'PUT', `${at}/workers/scripts/${name}`, {})).toMatchObject({
      status: 200,
    });
  const { result } = await callApi(cloudflare, 'GET', '/zones');
  const idOf = (name: string) => (result as { id: string; name: string }[]).find((z) => z.name === name)?.id;
  const make = async (method: string, path: string, body: object) =>
    expect(await callApi(cloudflare, method, path, body)).toMatchObject({ codes: [] });
  const brand = `/zones/${idOf(BRAND_ZONE)}`;
  return {
    ...{ account, make, brand, neutral: `/zones/${idOf(NEUTRAL_ZONE)}` },
    name: (name: string, content: string, proxied = true) =>
      make('POST', `${brand}/dns_records`, {
        type: content.includes(':') ? 'AAAA' : 'A',
        ...{ name, content, proxied },
      }),
    route: (pattern: string, script: string | null) =>
      make('POST', `${brand}/workers/routes`, { pattern, script }),
    own: (hostname: string) =>
      make('PUT', `${at}/workers/domains`, { hostname, service: 'shop', zone_id: idOf(BRAND_ZONE) }),
  };
}

function routes({ line, env }: RehearsedAccount, ...more: string[]): Promise<Said> {
  return runAt(
    rehearsal.databaseUrl,
    deployTool,
    [...line, '--release', 'first', '--only', 'routes', ...more],
    { env },
  );
}

describe('What the routes would answer in place of', () => {
  test('is listed completely, and spared only by a route of exactly that host', async () => {
    const { account, name, route, own, make, neutral } = await openAccount();
    await name(BRAND_ZONE, '192.0.2.1');
    await route(`${BRAND_ZONE}/blog/*`, 'shop');
    await name(`shop.${BRAND_ZONE}`, '192.0.2.2');
    await route(`shop.${BRAND_ZONE}/api/*`, 'shop');
    await name(`app.${BRAND_ZONE}`, '100::');
    await own(`worker.${BRAND_ZONE}`);
    await route('*/*', 'shop');
    await make('POST', `${neutral}/custom_hostnames`, { hostname: 'somebody.net', ssl: HTTP });
    // These stay with whom they have.
    await name(`kept.${BRAND_ZONE}`, '192.0.2.3');
    await route(`kept.${BRAND_ZONE}/*`, 'shop');
    await name(`mail.${BRAND_ZONE}`, '192.0.2.4', false);
    await own(`kept-worker.${BRAND_ZONE}`);
    await route(`kept-worker.${BRAND_ZONE}/*`, null);

    const before = account.cloudflare.snapshot();
    const dry = await routes(account, '--dry-run');
    expect(dry).toMatchObject({ code: 0 });
    const lines = dry.error.split('\n').filter((line) => line.includes('in place of'));
    expect(
      lines.map((line) =>
        line
          .replace(/.*in place of: /, '')
          .split(', ')
          .toSorted(),
      ),
    ).toEqual([
      [
        `${BRAND_ZONE} (A 192.0.2.1)`,
        // One name of the list: “the route …, which … has now”.
        'the route */*',
        'which shop has now',
      ],
      [
        `app.${BRAND_ZONE} (AAAA 100::)`,
        `shop.${BRAND_ZONE} (A 192.0.2.2)`,
        'the route */*',
        'which shop has now',
        `worker.${BRAND_ZONE} (the Worker shop)`,
      ],
      ['somebody.net (a custom hostname of no tenant)'],
    ]);
    expect(account.cloudflare.snapshot()).toEqual(before);

    const refused = await routes(account, '--yes');
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.error).toContain('nobody can be asked here: --take-over says it');
    expect(account.cloudflare.snapshot()).toEqual(before);

    expect(await routes(account, '--take-over')).toMatchObject({ code: 0 });
    expect(account.cloudflare.snapshot().zones[BRAND_ZONE]?.routes).toContain(
      `*.${BRAND_ZONE}/* → ${DISPATCHER}`,
    );
    expect(account.cloudflare.unknownCalls).toEqual([]);
  });

  test('is nothing where a run before was killed between a name and its route', async () => {
    const { account } = await openAccount();
    account.cloudflare.breakCall({ match: /^POST .*\/workers\/routes$/, times: 99 }, 'failing');
    expect(await routes(account, '--yes')).toMatchObject({ code: 1 });
    account.cloudflare.mendCalls();
    expect(account.cloudflare.snapshot().zones[BRAND_ZONE]?.records).toHaveLength(2);
    expect(await routes(account)).toMatchObject({ code: 0 });
  });
});

describe('A partner’s own domain', () => {
  test('gets its custom hostname once, suspended or not, and is told of until its owner has set the CNAME', async () => {
    const { account } = await openAccount();
    const { cloudflare } = account;
    const hostnames = () => cloudflare.snapshot().zones[NEUTRAL_ZONE]?.customHostnames;
    const dry = await routes(account, '--dry-run');
    expect(dry.error).toContain(`would create the custom hostname ${PARTNER_DOMAIN}`);
    expect(hostnames()).toEqual([]);

    // Made, and nobody is told: the next run finds it.
    cloudflare.breakCall({ match: /^POST .*\/custom_hostnames$/, times: 1 }, 'answer-lost');
    expect(await routes(account)).toMatchObject({ code: 1 });
    cloudflare.mendCalls();
    const again = await routes(account, '--json');
    expect(JSON.parse(again.out)).toMatchObject({ changes: 0 });
    expect(again.error).toContain(
      `${PARTNER_DOMAIN} waits for its owner: CNAME ${CUSTOM_HOSTNAME_TARGET} (pending`,
    );
    expect(hostnames()).toEqual([`${PARTNER_DOMAIN} pending`]);

    await account.openPartnerDomain();
    const served = await routes(account);
    expect(served.error).not.toContain('waits for its owner');
    expect(hostnames()).toEqual([`${PARTNER_DOMAIN} active`]);

    await withStatus('suspended', async () => {
      expect(JSON.parse((await routes(account, '--json')).out)).toMatchObject({ changes: 0 });
      expect(hostnames()).toEqual([`${PARTNER_DOMAIN} active`]);
    });
  });

  test('that nobody asked a certificate for gets one', async () => {
    const { account, make, neutral } = await openAccount();
    await account.openPartnerDomain();
    await make('POST', `${neutral}/custom_hostnames`, { hostname: PARTNER_DOMAIN });
    const said = await routes(account);
    expect(said).toMatchObject({ code: 0 });
    expect(said.error).toContain(`ask for a certificate for ${PARTNER_DOMAIN} again`);
    const { result } = await callApi(account.cloudflare, 'GET', `${neutral}/custom_hostnames`);
    expect(result).toMatchObject([{ status: 'active', ssl: { status: 'active', method: 'http' } }]);
    expect(JSON.parse((await routes(account, '--json')).out)).toMatchObject({ changes: 0 });
  });

  test('that Cloudflare does not take is told, and the others are deployed', async () => {
    const { account } = await openAccount();
    const sql = postgres(rehearsal.databaseUrl, { max: 1, onnotice: () => {} });
    try {
      await sql`insert into public.tenants (tenant_id, name, domain, type)
        values ('refused', 'Refused', 'aaa.refused.example', 'custom-domain')`;
      const said = await routes(account);
      expect(said).toMatchObject({ code: 0 });
      expect(said.error).toMatch(/aaa\.refused\.example gets no custom hostname\. .*reserved/);
      expect(account.cloudflare.snapshot().zones[NEUTRAL_ZONE]?.customHostnames).toEqual([
        `${PARTNER_DOMAIN} pending`,
      ]);
    } finally {
      await sql`delete from public.tenants where tenant_id = 'refused'`;
      await sql.end({ timeout: 1 });
    }
  });
});

describe('The tools, told where Cloudflare is', () => {
  const ACME = ['--id', 'acme', '--name', 'Acme', '--domain', 'portal.acme.net'];

  test('bring a new tenant’s domain there, say what its owner sets, and take it away with the tenant', async () => {
    const { account } = await openAccount();
    const { cloudflare, env } = account;
    const tool = (one: AnyTool, ...line: string[]) =>
      runAt(rehearsal.databaseUrl, one, [...line, '--env', 'staging', '--config', rehearsal.configFile], {
        env,
      });
    const hostnames = () => cloudflare.snapshot().zones[NEUTRAL_ZONE]?.customHostnames;
    const dry = await tool(addTenantTool, ...ACME, '--dry-run');
    expect(dry).toMatchObject({ code: 0, out: expect.stringContaining(CUSTOM_HOSTNAME_TARGET) });
    expect(hostnames()).toEqual([]);

    // Made, and nobody is told: the tenant is not there either, and the next run finds it.
    cloudflare.breakCall({ match: /^POST .*\/custom_hostnames$/, times: 1 }, 'answer-lost');
    expect(await tool(addTenantTool, ...ACME)).toMatchObject({ code: 1 });
    cloudflare.mendCalls();
    const added = await tool(addTenantTool, ...ACME, '--json');
    expect(JSON.parse(added.out)).toMatchObject({
      hostnames: ['portal.acme.net', `acme.${BRAND_ZONE}`],
      customHostnames: [
        {
          hostname: 'portal.acme.net',
          served: false,
          records: [
            { type: 'CNAME', name: 'portal.acme.net', value: CUSTOM_HOSTNAME_TARGET },
            { type: 'TXT', name: '_cf-custom-hostname.portal.acme.net', value: expect.any(String) },
          ],
        },
      ],
      left: expect.arrayContaining([
        expect.stringContaining('npm run doctor -- --env staging --tenant acme'),
      ]),
    });
    expect(hostnames()).toEqual(['portal.acme.net pending']);

    await runAt(rehearsal.databaseUrl, suspendTenantTool, ['acme']);
    expect(hostnames()).toEqual(['portal.acme.net pending']);
    const would = await tool(removeTenantTool, 'acme', '--dry-run');
    expect(would.out).toContain('The custom hostname portal.acme.net would be deleted at Cloudflare.');
    cloudflare.breakCall({ match: /^DELETE /, times: 99 }, 'failing');
    expect(await tool(removeTenantTool, 'acme', '--confirm', 'acme')).toMatchObject({ code: 1 });
    cloudflare.mendCalls();
    expect(hostnames()).toEqual(['portal.acme.net pending']);
    const removed = await tool(removeTenantTool, 'acme', '--confirm', 'acme');
    expect(removed).toMatchObject({ code: 0, out: expect.stringContaining('is deleted at Cloudflare') });
    expect(hostnames()).toEqual([]);
    expect(cloudflare.unknownCalls).toEqual([]);
  });

  test('change nothing when Cloudflare refuses, or its token is missing', async () => {
    const { account } = await openAccount();
    const at = ['--env', 'staging', '--config', rehearsal.configFile];
    const line = ['--id', 'acme', '--name', 'Acme', '--domain', 'portal.acme.example', ...at];
    const refused = await runAt(rehearsal.databaseUrl, addTenantTool, line, { env: account.env });
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.error).toContain('reserved top-level domain');
    const without = await runAt(rehearsal.databaseUrl, addTenantTool, line);
    expect(without.error).toContain('CLOUDFLARE_API_TOKEN is not set');
    const listed = await runAt(rehearsal.databaseUrl, listTenantsTool, ['--search', 'acme', '--json']);
    expect(JSON.parse(listed.out)).toEqual([]);
  });
});

async function withStatus(status: string, work: () => Promise<void>): Promise<void> {
  const sql = postgres(rehearsal.databaseUrl, { max: 1, onnotice: () => {} });
  try {
    await sql`update public.tenants set status = ${status} where tenant_id = 'partner-seo'`;
    await work();
    await sql`update public.tenants set status = 'active' where tenant_id = 'partner-seo'`;
  } finally {
    await sql.end({ timeout: 1 });
  }
}
