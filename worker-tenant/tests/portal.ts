/** One portal on a stack of its own for a file of integration tests, and what all of them expect of an answer. */
import { afterAll, beforeAll, expect } from 'vitest';
import { ERRORS, type ErrorCode, problemSchema } from '../../contract/errors.ts';
import type { GitHubFault, GoogleFault } from '../../scripts/local/identity-providers.ts';
import { createKeys } from '../../scripts/local/keys.ts';
import { type Platform, startPlatform } from '../../scripts/local/platform.ts';
import { type Portal, type PortalOptions, startPortal } from '../../scripts/local/portal.ts';
import type { Stack } from '../../scripts/local/stack.ts';
import { Browser } from './browser.ts';

export interface TestPortal {
  readonly stack: Stack;
  readonly portal: Portal;
  /** Why a request was refused, as the log has it: many refusals look alike to the one who is refused. */
  reasonOf(requestId: string): Promise<string | null>;
  /** Makes Google carry one fault while `work` goes on. */
  withGoogle(fault: GoogleFault, work: () => Promise<void>): Promise<void>;
  withGitHub(fault: GitHubFault, work: () => Promise<void>): Promise<void>;
  /** Another person: no cookies, an address of its own. */
  browser(address?: string): Browser;
}

/** Starts before the file's tests and stops after them. The session keyring holds two keys, the first one signs. */
export function usePortal(options: Omit<PortalOptions, 'stack'> = {}): TestPortal {
  let platform: Platform | null = null;
  let stack: Stack | null = null;
  let portal: Portal | null = null;

  beforeAll(async () => {
    const [keys, previous] = await Promise.all([createKeys(), createKeys()]);
    platform = await startPlatform();
    stack = await platform.createStack({
      keys: { ...keys, sessions: [...keys.sessions, ...previous.sessions] },
    });
    portal = await startPortal({ stack, ...options });
  }, 120_000);
  afterAll(async () => {
    await portal?.close();
    await stack?.close();
    await platform?.stop();
  }, 60_000);

  const started = <Value>(value: Value | null): Value => {
    if (value === null) throw new Error('the portal has not started');
    return value;
  };
  return {
    get stack() {
      return started(stack);
    },
    get portal() {
      return started(portal);
    },
    async reasonOf(requestId) {
      // Logs take their own way and may come later than the answer.
      for (let attempt = 0; attempt < 20; attempt++) {
        const line = started(portal)
          .logs()
          .find(({ message }) => message.includes('"request_refused"') && message.includes(requestId));
        if (line) return (JSON.parse(line.message) as { reason: string }).reason;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return null;
    },
    async withGoogle(fault, work) {
      started(stack).google.misbehave(fault);
      await work().finally(() => started(stack).google.misbehave(null));
    },
    async withGitHub(fault, work) {
      started(stack).github.misbehave(fault);
      await work().finally(() => started(stack).github.misbehave(null));
    },
    browser: (address) => new Browser(started(portal), address),
  };
}

/** The refusal is this one, exactly, and signs nobody in. Answers the request id, by which the log knows the reason. */
export async function expectProblem(response: Response, code: ErrorCode): Promise<string> {
  const body: unknown = await response.json().catch(() => null);
  expect(body).toMatchObject({ code });
  const problem = problemSchema.parse(body);
  expect([response.status, problem.status]).toEqual([ERRORS[code].status, ERRORS[code].status]);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(response.headers.getSetCookie().filter((line) => /^__Host-session=[^;]/.test(line))).toEqual([]);
  return problem.requestId;
}

/** The answer signs somebody in and leads to `path`. */
export function expectSignedIn(response: Response, path = '/'): void {
  expect([response.status, response.headers.get('location')]).toEqual([302, path]);
  const [cookie = ''] = response.headers.getSetCookie().filter((line) => line.startsWith('__Host-session='));
  expect(cookie).toMatch(
    /^__Host-session=[\w-]+\.[\w-]+\.[\w-]+; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  );
}
