import { describe, expect, it } from 'vitest';
import { judgeGitHubIdentity } from './github-identity.ts';

const user = { id: 1001, login: 'ada', name: 'Ada Lovelace', avatar_url: 'https://avatars.example.test/1' };
const primary = { email: 'ada@example.test', primary: true, verified: true };

describe('judgeGitHubIdentity', () => {
  it('takes the number for the subject and the primary, verified email', () => {
    const other = { email: 'ada@old.test', primary: false, verified: true };
    expect(judgeGitHubIdentity(user, [other, primary])).toEqual({
      ok: true,
      value: {
        subject: '1001',
        email: 'ada@example.test',
        emailVerified: true,
        name: 'Ada Lovelace',
        avatarUrl: 'https://avatars.example.test/1',
      },
    });
  });

  it.each([
    ['unverified', { verified: false }],
    ['verified in words', { verified: 'true' }],
    ['verified as a number', { verified: 1 }],
    ['of unknown state', { verified: undefined }],
    ['not primary', { primary: false }],
    ['primary in words', { primary: 'true' }],
  ])('has no email when it is %s', (_name, changes) => {
    const judged = judgeGitHubIdentity(user, [{ ...primary, ...changes }]);
    expect(judged.ok && [judged.value.email, judged.value.emailVerified]).toEqual([null, false]);
  });

  it('does not take another verified address in place of an unverified primary one', () => {
    const emails = [
      { ...primary, verified: false },
      { email: 'mallory@example.test', primary: false, verified: true },
    ];
    const judged = judgeGitHubIdentity(user, emails);
    expect(judged.ok && judged.value.email).toBeNull();
  });

  it.each([
    ['a text for a number', { ...user, id: '1001' }, []],
    ['no number', { login: 'ada' }, []],
    ['a zero', { ...user, id: 0 }, []],
    ['an error', { message: 'Bad credentials' }, []],
    ['no list of emails', user, { message: 'Not Found' }],
  ])('refuses an answer with %s', (_name, answer, emails) => {
    expect(judgeGitHubIdentity(answer, emails)).toEqual({ ok: false, error: 'answer-malformed' });
  });

  it('goes by the login where there is no name, and without a picture that is not https', () => {
    const judged = judgeGitHubIdentity({ ...user, name: null, avatar_url: 'http://x.test/1' }, [primary]);
    expect(judged.ok && [judged.value.name, judged.value.avatarUrl]).toEqual(['ada', null]);
  });
});
