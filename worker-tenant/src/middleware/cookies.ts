/**
 * The two cookies. `__Host-`: Secure, Path=/ and no Domain, so that no sibling subdomain can set or overwrite them
 * (RFC 6265bis §4.1.3.2). SameSite=Lax: they must survive the way back from the provider.
 */
import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { SESSION_MAX_AGE_SECONDS } from '../auth/session-token.ts';

const SESSION_COOKIE = '__Host-session';
const SIGN_IN_COOKIE = '__Host-sign-in';
/** As long as a started sign-in lives. */
const SIGN_IN_SECONDS = 600;

const ATTRIBUTES = { path: '/', secure: true, httpOnly: true, sameSite: 'Lax' } as const;

export function readSessionCookie(c: Context): string | undefined {
  return getCookie(c, SESSION_COOKIE);
}

/** `until` is when the session ends in any case; the token inside runs out much sooner. */
export function setSessionCookie(c: Context, token: string, until: Date): void {
  const seconds = Math.floor((until.getTime() - Date.now()) / 1000);
  setCookie(c, SESSION_COOKIE, token, {
    ...ATTRIBUTES,
    maxAge: Math.max(0, Math.min(seconds, SESSION_MAX_AGE_SECONDS)),
  });
}

export function clearSessionCookie(c: Context): void {
  setCookie(c, SESSION_COOKIE, '', { ...ATTRIBUTES, maxAge: 0 });
}

export function readSignInCookie(c: Context): string | undefined {
  return getCookie(c, SIGN_IN_COOKIE);
}

export function setSignInCookie(c: Context, token: string): void {
  setCookie(c, SIGN_IN_COOKIE, token, { ...ATTRIBUTES, maxAge: SIGN_IN_SECONDS });
}
