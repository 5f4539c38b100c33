/**
 * Beginning and end of a session in this browser: leaves the page for the providers, signs out, and keeps all tabs of
 * the portal in step, so that no tab goes on showing a member who has left.
 */
import type { QueryClient } from '@tanstack/react-query';
import type { Provider } from '../../../contract/tenants.ts';
import { ApiError } from './api-error.ts';
import { command, request } from './client.ts';
import { safeNextPath, signInPath } from './next-path.ts';

type SessionNews = { type: 'signed-in'; memberId: string } | { type: 'signed-out' };

const SIGNED_IN_HINT = 'signed-in';
const LAST_PROVIDER = 'last-provider';
const tabs = 'BroadcastChannel' in globalThis ? new BroadcastChannel('session') : null;

/** Storage may be blocked (private windows, policies); what is kept there is convenience only. */
export function storage<T>(use: (store: Storage) => T): T | null {
  try {
    return use(localStorage);
  } catch {
    return null;
  }
}

/** Whether somebody was signed in here when the portal was last used. A hint for what to draw first, never a proof. */
export function wasSignedIn(): boolean {
  return storage((store) => store.getItem(SIGNED_IN_HINT)) === '1';
}

/** The provider that was used here last, to mark its button. */
export function lastProvider(): string | null {
  return storage((store) => store.getItem(LAST_PROVIDER));
}

/** Leaves for the provider; the answer comes back as a page of this portal. */
export function startSignIn(provider: Provider, next: string): void {
  storage((store) => store.setItem(LAST_PROVIDER, provider));
  location.assign(`/auth/${provider}?${new URLSearchParams({ next: safeNextPath(next) })}`);
}

/** Leaves for the provider to add it to the account that is signed in. */
export function startLinking(provider: Provider): void {
  location.assign(`/auth/${provider}?${new URLSearchParams({ link: '1', next: '/profile' })}`);
}

/** Remembers and tells the other tabs that this member is signed in. */
export function rememberMember(memberId: string): void {
  storage((store) => store.setItem(SIGNED_IN_HINT, '1'));
  tabs?.postMessage({ type: 'signed-in', memberId } satisfies SessionNews);
}

export async function signOut(queryClient: QueryClient): Promise<void> {
  try {
    await command('POST', '/auth/sign-out');
  } catch (error) {
    // A session that is dead already is as signed out as one can be.
    if (!(error instanceof ApiError && error.signedOut)) throw error;
  }
  leave(queryClient, '/sign-in?signed-out=1');
}

/** Ends every session of the member, this one included. */
export async function signOutEverywhere(queryClient: QueryClient): Promise<void> {
  await request('POST', '/api/sessions/revoke-all', (contract) => contract.sessionsRevokedSchema);
  await signOut(queryClient);
}

/** The session is over on the server's side: forget everything and ask to sign in again, keeping the page in mind. */
export function sessionEnded(queryClient: QueryClient, error: ApiError): void {
  const here = location.pathname + location.search + location.hash;
  leave(queryClient, signInPath(here, error.code === 'session_ended' ? error.code : undefined));
}

/** A full page load, in place of the current entry: nothing of the member stays in memory or behind the back button. */
function leave(queryClient: QueryClient, path: string): void {
  forget(queryClient);
  tabs?.postMessage({ type: 'signed-out' } satisfies SessionNews);
  location.replace(path);
}

function forget(queryClient: QueryClient): void {
  storage((store) => store.removeItem(SIGNED_IN_HINT));
  queryClient.clear();
}

/** Called once, at start: reacts to the other tabs and to pages that the browser kept frozen. */
export function followOtherTabs(queryClient: QueryClient, currentMemberId: () => string | null): void {
  tabs?.addEventListener('message', ({ data }: MessageEvent<SessionNews>) => {
    const member = currentMemberId();
    if (data.type === 'signed-out' && member !== null) {
      forget(queryClient);
      location.replace('/sign-in?signed-out=1');
    } else if (data.type === 'signed-in' && member !== null && member !== data.memberId) {
      location.reload();
    } else if (data.type === 'signed-in' && member === null && location.pathname === '/sign-in') {
      location.replace(safeNextPath(new URLSearchParams(location.search).get('next')));
    }
  });
  addEventListener('pageshow', (event) => {
    if (!event.persisted) return;
    // The page was frozen with its content; hide that until the server has had its say.
    document.documentElement.style.visibility = 'hidden';
    location.reload();
  });
}
