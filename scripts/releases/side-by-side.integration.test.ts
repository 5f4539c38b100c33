/**
 * A release going out, in its order: the new migrations under the previous release's Workers, then both releases' Workers
 * in front of and behind each other, as while they are replaced and after they were taken back.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { BrandConfig } from '../../contract/branding.ts';
import { Browser } from '../../worker-tenant/tests/browser.ts';
import { type Portal, startPortal } from '../local/portal.ts';
import { type Before, startBefore } from './before.ts';
import { admin, HOST, publishBrand, TENANT, TOUR, takeTour, usePreviousRelease } from './tour.ts';

/** What is in a brand of this tree's and in none of the release before; a dispatcher of before passes it over. */
const NEWER: BrandConfig = { font: 'source-serif-4', poweredBy: false };
const MAILS_CRON = '*/5 * * * *';

const releases = usePreviousRelease();

let before: Before;
beforeAll(async () => {
  before = await startBefore(releases);
});
afterAll(() => before?.close());

it('all new migrations at once leave the previous Workers answering, while they are applied and after', async () => {
  await before.apply(before.due);
  await takeTour(before);
}, 120_000);

describe('on the migrated database', () => {
  const portals: Portal[] = [];
  beforeAll(async () => {
    const { stack } = before;
    // A plan under which a portal need not say who it is powered by.
    await stack.sql`update tenants set subscription_tier = 'growth' where tenant_id = ${TENANT}`;
    const { build } = releases.previous;
    portals.push(
      ...(await Promise.all([
        startPortal({ stack, builds: { dispatcher: build, jobs: build } }),
        startPortal({ stack, builds: { tenant: build } }),
      ])),
    );
  });
  afterAll(async () => {
    await Promise.all(portals.map((portal) => portal.close()));
  });
  const portal = (index: number): Portal => {
    const found = portals[index];
    if (found === undefined) throw new Error('the portals have not started');
    return found;
  };

  // First: what only this release's tenant Workers know of a brand is then in the database for the rest.
  describe('the previous dispatcher and jobs Worker with these tenant Workers', () => {
    it.each(Object.entries(TOUR))('%s', (_step, visit) =>
      visit({ stack: before.stack, portal: portal(0), brand: NEWER }),
    );
  });

  it('a brand is whole at this dispatcher, though the previous one wrote what KV holds', async () => {
    // A hostname that nobody has asked for yet.
    const host = 'partner-seo.cozyartzmedia.com';
    const [row] = await before.stack.sql<{ version: string }[]>`
      select public.resolve_hostname(${host}) ->> 'version' as version`;
    const entries = await vi.waitFor(
      async () => {
        expect((await new Browser(portal(0)).request(host, '/sign-in')).status).toBe(200);
        const written = await portal(0).directoryEntries();
        const [, entry = '{}'] = [...written].find(([key]) => key.endsWith(`/${host}`)) ?? [];
        expect(String(JSON.parse(entry).version)).toBe(row?.version);
        return written;
      },
      { timeout: 20_000 },
    );
    await portal(1).putDirectoryEntries(entries);
    const here = await new Browser(portal(1)).request(host, '/sign-in');
    expect(await here.text()).toContain("--brand-font:'Source Serif 4 Variable'");
  });

  it('a brand that the previous tenant Workers do not know is worn in front of them, and not lost', async () => {
    const browser = await admin(portal(1));
    expect(await (await browser.request(HOST, '/sign-in')).text()).toContain('Source Serif 4 Variable');
    expect((await browser.request(HOST, '/api/me')).status).toBe(200);
    // Their panel cannot show it, so that it cannot save it without what it does not know.
    expect((await browser.request(HOST, '/api/branding')).status).toBe(500);
    await publishBrand(portal(0), {});
    await vi.waitFor(
      async () => {
        const page = await new Browser(portal(1)).request(HOST, '/sign-in');
        expect(await page.text()).not.toContain('Source Serif 4 Variable');
      },
      { timeout: 20_000 },
    );
  });

  describe('this dispatcher and jobs Worker with the previous tenant Workers', () => {
    it.each(Object.entries(TOUR))('%s', (_step, visit) => visit({ stack: before.stack, portal: portal(1) }));

    it('the mail of an invitation goes out, though nobody told the queue', async () => {
      const to = 'between@example.test';
      const browser = await admin(portal(1));
      const answer = await browser.change(HOST, 'POST', '/api/invitations', { email: to, role: 'client' });
      expect(answer.status).toBe(201);
      await portal(1).runJob(MAILS_CRON);
      expect(before.stack.mailbox.mails.filter((mail) => mail.to === to)).toHaveLength(1);
    });
  });

  it('who is signed in by Workers of one release stays so by those of the other', async () => {
    for (const [from, to] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const browser = await admin(portal(from));
      const moved = browser.at(portal(to));
      expect((await moved.request(HOST, '/api/me')).status).toBe(200);
    }
  });
});
