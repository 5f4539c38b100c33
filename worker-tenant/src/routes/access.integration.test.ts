/**
 * Who gets in where: every operation that the OpenAPI document describes, asked by every kind of person. A new
 * operation fails here until it says who may use it.
 */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Permission } from '../../../contract/tenants.ts';
import { type Browser, HOSTS } from '../../tests/browser.ts';
import { expectSignedIn, usePortal } from '../../tests/portal.ts';

type Access = 'anybody' | 'member' | Permission;

const ACCESS: Readonly<Record<string, Access>> = {
  'GET /api/health': 'anybody',
  'GET /api/tenant': 'anybody',
  'GET /api/me': 'member',
  'GET /api/usage': 'member',
  'GET /api/setup': 'member',
  'GET /api/sessions': 'member',
  'DELETE /api/sessions/{id}': 'member',
  'POST /api/sessions/revoke-all': 'member',
  'GET /api/branding': 'branding',
  'PUT /api/branding': 'branding',
  'DELETE /api/branding': 'branding',
  'POST /api/branding/publish': 'branding',
  'POST /api/branding/custom-css': 'branding',
  'GET /api/branding/versions': 'branding',
  'GET /api/branding/versions/{number}': 'branding',
  'POST /api/branding/versions/{number}/restore': 'branding',
  'PUT /api/branding/assets/{slot}': 'branding',
  'GET /api/branding/assets/{slot}/{hash}': 'branding',
  'GET /api/members': 'members',
  'GET /api/members/{id}': 'members',
  'PATCH /api/members/{id}': 'members',
  'DELETE /api/members/{id}': 'members',
  'GET /api/invitations': 'members',
  'POST /api/invitations': 'members',
  'POST /api/invitation-imports': 'members',
  'POST /api/invitations/{id}/resend': 'members',
  'DELETE /api/invitations/{id}': 'members',
  'GET /api/sign-up': 'members',
  'PUT /api/sign-up': 'members',
  'GET /api/oauth-clients': 'domains',
  'PUT /api/oauth-clients/{hostname}/{provider}': 'domains',
  'DELETE /api/oauth-clients/{hostname}/{provider}': 'domains',
  'POST /api/oauth-clients/{hostname}/{provider}/enable': 'domains',
  'POST /api/oauth-clients/{hostname}/{provider}/disable': 'domains',
  'GET /auth/github': 'anybody',
  'GET /auth/google': 'anybody',
  'GET /auth/callback': 'anybody',
  'POST /auth/sign-out': 'anybody',
};
/** These end the session that asks, so that they come last. */
const ENDS_SESSIONS = ['POST /api/sessions/revoke-all', 'POST /auth/sign-out'];

const PEOPLE = [
  'anonymous',
  'client',
  'admin',
  'admin without permissions',
  'client with every permission',
  'admin of another tenant',
  'super admin',
] as const;
type Person = (typeof PEOPLE)[number];

const test = usePortal();
const HOST = HOSTS.partnerOne;
const ALL: readonly Permission[] = ['branding', 'domains', 'members', 'billing', 'audit'];
const every = (allowed: boolean) => Object.fromEntries(ALL.map((permission) => [permission, allowed]));

async function signedIn(host: string, user: string): Promise<Browser> {
  const browser = test.browser();
  expectSignedIn(await browser.signIn(host, 'github', user));
  return browser;
}

async function change(email: string, role: string, permissions: Record<string, boolean>): Promise<void> {
  const changed = await test.stack.sql`
    update public.profiles set tenant_role = ${role}, tenant_permissions = ${test.stack.sql.json(permissions)}
    where tenant_id = 'partner1' and email = ${email} returning id`;
  expect(changed).toHaveLength(1);
}

/** Somebody of this kind with a browser, and the host where they ask. */
async function open(person: Person): Promise<{ browser: Browser; host: string }> {
  switch (person) {
    case 'anonymous':
      return { browser: test.browser(), host: HOST };
    case 'client': {
      const browser = await signedIn(HOST, 'grace');
      await change('grace@example.test', 'client', {});
      return { browser, host: HOST };
    }
    case 'client with every permission': {
      const browser = await signedIn(HOST, 'grace');
      await change('grace@example.test', 'client', every(true));
      return { browser, host: HOST };
    }
    case 'admin':
      return { browser: await signedIn(HOST, 'ada'), host: HOST };
    case 'admin without permissions': {
      const browser = await signedIn(HOST, 'alan');
      await change('alan@example.test', 'admin', every(false));
      return { browser, host: HOST };
    }
    case 'admin of another tenant': {
      const browser = await signedIn(HOSTS.partnerSeo, 'ada');
      for (const [name, value] of browser.jar(HOSTS.partnerSeo)) browser.jar(HOST).set(name, value);
      return { browser, host: HOST };
    }
    case 'super admin':
      return { browser: await signedIn(HOSTS.primary, 'ada'), host: HOSTS.primary };
    default:
      return person satisfies never;
  }
}

/** The status of a refusal, or null for whoever gets in. */
function refusal(access: Access, person: Person): 401 | 403 | null {
  if (access === 'anybody') return null;
  if (person === 'anonymous' || person === 'admin of another tenant') return 401;
  if (access === 'member') return null;
  return person === 'client' || person === 'admin without permissions' ? 403 : null;
}

async function readOperations(): Promise<string[]> {
  const response = await test.browser().request(HOST, '/api/openapi.json');
  const document = (await response.json()) as { paths: Record<string, Record<string, unknown>> };
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

describe('every operation of the API', () => {
  let operations: string[] = [];
  beforeAll(async () => {
    operations = await readOperations();
  });

  it('says who may use it', () => {
    expect(operations.toSorted()).toEqual(Object.keys(ACCESS).toSorted());
  });

  it.each(PEOPLE)('answers %s as it should', async (person) => {
    const { browser, host } = await open(person);
    const last = (operation: string) => Number(ENDS_SESSIONS.includes(operation));
    const answers: Record<string, number | string> = {};
    const wanted: Record<string, number | string> = {};
    for (const operation of operations.toSorted((a, b) => last(a) - last(b))) {
      const [method = '', template = ''] = operation.split(' ');
      // Nothing of that name is there: whoever gets in finds nothing, whoever does not is not told even that.
      const path = template.replaceAll(/\{(?:n|number)\}/g, '999999').replaceAll(/\{\w+\}/g, randomUUID());
      const held = new Map(browser.jar(host));
      const headers = { origin: test.portal.origin(host), 'sec-fetch-site': 'same-origin' };
      const { status } = await browser.request(host, path, { method, headers });
      // A cookie that was taken away is worn again: each operation is asked by the same person.
      if (last(operation) === 0) for (const [name, value] of held) browser.jar(host).set(name, value);
      const refused = refusal(ACCESS[operation] ?? 'anybody', person);
      answers[operation] =
        refused !== null || status >= 500 || [401, 403].includes(status) ? status : 'gets in';
      wanted[operation] = refused ?? 'gets in';
    }
    expect(answers).toEqual(wanted);
  });
});
