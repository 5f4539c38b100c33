/** The people who can be picked at the identity provider stand-ins. Used by them, by tests and by the table of `npm run dev`. */

export interface IdentityEmail {
  readonly email: string;
  readonly primary: boolean;
  readonly verified: boolean;
}

export interface IdentityUser {
  /** GitHub's `id`: a number that never changes, unlike the login. */
  readonly githubId: number;
  readonly githubLogin: string;
  /** Google's `sub`: digits, as a string. */
  readonly googleSubject: string;
  readonly name: string;
  readonly emails: readonly IdentityEmail[];
  /** Shown beside the name on the page. */
  readonly note: string | null;
}

export const IDENTITY_USERS = {
  ada: {
    githubId: 1001,
    githubLogin: 'ada',
    googleSubject: '100000000000000000001',
    name: 'Ada Lovelace',
    emails: [
      { email: 'ada@example.test', primary: true, verified: true },
      { email: 'ada@old.test', primary: false, verified: true },
    ],
    note: null,
  },
  grace: {
    githubId: 1002,
    githubLogin: 'grace',
    googleSubject: '100000000000000000002',
    name: 'Grace Hopper',
    emails: [{ email: 'grace@example.test', primary: true, verified: true }],
    note: null,
  },
  alan: {
    githubId: 1003,
    githubLogin: 'alan',
    googleSubject: '100000000000000000003',
    name: 'Alan Turing',
    emails: [{ email: 'alan@example.test', primary: true, verified: true }],
    note: null,
  },
  mallory: {
    githubId: 1004,
    githubLogin: 'mallory',
    googleSubject: '100000000000000000004',
    name: 'Mallory',
    emails: [
      { email: 'ada@example.test', primary: true, verified: false },
      { email: 'mallory@example.test', primary: false, verified: true },
    ],
    note: 'claims this address, never verified it',
  },
  ghost: {
    githubId: 1005,
    githubLogin: 'ghost',
    googleSubject: '100000000000000000005',
    name: 'Ghost',
    emails: [],
    note: 'has no email address',
  },
} as const satisfies Record<string, IdentityUser>;

export type IdentityUserName = keyof typeof IDENTITY_USERS;

export function findUser(name: string): IdentityUser | null {
  return Object.hasOwn(IDENTITY_USERS, name) ? IDENTITY_USERS[name as IdentityUserName] : null;
}
