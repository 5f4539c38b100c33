/** Who a GitHub access token belongs to: asked at GitHub's API and judged. Called by oauth-providers.ts. */
import { z } from 'zod';
import { ok, type Result, refuse } from '../../../contract/result.ts';
import { avatarUrl, type ProviderIdentity, type ProviderRefusal } from './identity.ts';

const userSchema = z.object({
  // The number, not the login: a login can be given up and taken by somebody else.
  id: z.number().int().positive(),
  login: z.string().min(1).max(100),
  name: z.string().nullish(),
  avatar_url: z.unknown().optional(),
});

const emailsSchema = z.array(
  z.object({ email: z.string().max(254), primary: z.unknown().optional(), verified: z.unknown().optional() }),
);

export async function fetchGitHubIdentity(
  apiUrl: string,
  accessToken: string,
  timeoutMilliseconds: number,
): Promise<Result<ProviderIdentity, ProviderRefusal>> {
  const signal = AbortSignal.timeout(timeoutMilliseconds);
  const [user, emails] = await Promise.all([
    ask(`${apiUrl}/user`, accessToken, signal),
    ask(`${apiUrl}/user/emails`, accessToken, signal),
  ]);
  // Forbidden: the client was not given the right to read this, and nobody can sign in with it until its owner mends it.
  if (!user.ok) return refuse(user.error === 'forbidden' ? 'misconfigured' : user.error);
  if (!emails.ok) return refuse(emails.error === 'forbidden' ? 'misconfigured' : emails.error);
  return judgeGitHubIdentity(user.value, emails.value);
}

/** The email is the one that is primary and verified, both as booleans; any other is no email at all. */
export function judgeGitHubIdentity(
  user: unknown,
  emails: unknown,
): Result<ProviderIdentity, ProviderRefusal> {
  const parsedUser = userSchema.safeParse(user);
  const parsedEmails = emailsSchema.safeParse(emails);
  if (!parsedUser.success || !parsedEmails.success) return refuse('answer-malformed');
  const { id, login, name, avatar_url } = parsedUser.data;
  const primary = parsedEmails.data.find((entry) => entry.primary === true && entry.verified === true);
  return ok({
    subject: String(id),
    email: primary?.email ?? null,
    emailVerified: primary !== undefined,
    name: name || login,
    avatarUrl: avatarUrl(avatar_url),
  });
}

type ApiRefusal = 'unreachable' | 'answer-malformed' | 'forbidden';

async function ask(
  url: string,
  accessToken: string,
  signal: AbortSignal,
): Promise<Result<unknown, ApiRefusal>> {
  try {
    const response = await fetch(url, {
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${accessToken}`,
        'user-agent': 'oauth-client',
        'x-github-api-version': '2022-11-28',
      },
      // The token goes to GitHub and nowhere else.
      redirect: 'manual',
      signal,
    });
    if (response.ok) return ok(await response.json());
    await response.body?.cancel();
    if (response.status === 429 || response.status >= 500) return refuse('unreachable');
    return refuse(response.status === 403 || response.status === 404 ? 'forbidden' : 'answer-malformed');
  } catch (error) {
    // Not JSON is a malformed answer; a refused connection, a time-out or a cut one is no answer.
    return refuse(error instanceof SyntaxError ? 'answer-malformed' : 'unreachable');
  }
}
