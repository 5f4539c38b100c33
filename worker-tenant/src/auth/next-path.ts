/** Where to go after signing in: a path of the same origin and nothing else. Called by routes/sign-in.ts. */
import { ok, type Result, refuse } from '../../../contract/result.ts';

export type NextPathRefusal =
  | 'too-long'
  | 'not-a-path'
  | 'control-character'
  | 'another-origin'
  | 'not-a-page';

const MAX_LENGTH = 2048;
/** Any origin will do: what must hold is that the path does not lead away from it. */
const BASE = 'https://origin.invalid';

/**
 * Accepts what resolves to a page of the origin it is resolved on, and answers it normalised (WHATWG URL §4). Refuses
 * `//host`, `/\host`, schemes, user info, control characters that parsers drop (`/\t/host`), their encodings, dot
 * segments that leave a `//` behind (`/.//host`), and the paths that would sign in again or show raw JSON.
 */
export function parseNextPath(input: string): Result<string, NextPathRefusal> {
  if (input.length > MAX_LENGTH) return refuse('too-long');
  if (/[\p{Cc}\p{Zl}\p{Zp}]|%(?:[01][0-9a-f]|7f)/iu.test(input)) return refuse('control-character');
  if (!/^\/(?![/\\])/.test(input) || input.includes('\\')) return refuse('not-a-path');
  const url = URL.parse(input, BASE);
  if (url === null || url.origin !== BASE) return refuse('another-origin');
  // A proxy or a router that decodes once more must not find a second slash or a backslash in front.
  if (/^\/(?:[/\\]|%2f|%5c)/i.test(url.pathname)) return refuse('another-origin');
  const decoded = decodePath(url.pathname);
  if (decoded === null) return refuse('not-a-path');
  if (/^\/(?:auth|api)(?:\/|$)/i.test(decoded)) return refuse('not-a-page');
  const path = `${url.pathname}${url.search}${url.hash}`;
  return path.length > MAX_LENGTH ? refuse('too-long') : ok(path);
}

function decodePath(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    // Not UTF-8 behind the percent signs: nothing of ours has such a path.
    return null;
  }
}
