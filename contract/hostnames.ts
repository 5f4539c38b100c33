/**
 * Hostnames: the one place where a name from outside becomes a `Hostname`. Called by the dispatcher for every
 * request and by whatever lets a partner type a domain. IDNA, case folding and IPv4 spellings are the URL parser's
 * (WHATWG URL §3.5, UTS 46); the label rules are RFC 1123 §2.1 and RFC 1035 §2.3.4.
 */
import { ok, type Result, refuse } from './result.ts';

declare const hostnameBrand: unique symbol;

/** A normalised DNS name: lower case, punycode, no port, no trailing dot, at least two labels, at most 253 octets. */
export type Hostname = string & { readonly [hostnameBrand]: true };

export type HostnameRefusal = 'empty' | 'too-long' | 'ip-address' | 'malformed' | 'single-label';

/** Longest Host header looked at: 253 octets, a trailing dot and `:65535`. Anything longer is refused unread. */
const MAX_INPUT_LENGTH = 260;
const MAX_HOSTNAME_LENGTH = 253;

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** What a host may be written with; keeps URL syntax (userinfo, paths, escapes) away from the URL parser. */
const FORBIDDEN = /[\u0000-\u0020\u007f/\\?#@%[\]<>^|`{}"']/;
/** RFC 3986 wants IPv6 in brackets; some clients leave them out. */
const BARE_IPV6 = /^[\da-f.]*:[\da-f.]*:[\da-f:.]*$/i;
const PORT = /:(\d{1,5})$/;

/**
 * Normalises a hostname as written in a Host header, a URL or a form: any case, with or without a port, a trailing
 * dot, or non-ASCII characters (IDN). Refuses IP literals in every spelling, single labels, underscores and names
 * that DNS cannot carry.
 */
export function parseHostname(input: string): Result<Hostname, HostnameRefusal> {
  if (input.length === 0) return refuse('empty');
  if (input.length > MAX_INPUT_LENGTH) return refuse('too-long');
  if (input.startsWith('[') || BARE_IPV6.test(input)) return refuse('ip-address');
  if (FORBIDDEN.test(input)) return refuse('malformed');

  const port = PORT.exec(input);
  if (port && Number(port[1]) > 65_535) return refuse('malformed');
  const withoutPort = port ? input.slice(0, port.index) : input;
  if (withoutPort.length === 0) return refuse('empty');
  if (withoutPort.includes(':')) return refuse('malformed');

  const url = URL.parse(`http://${withoutPort}`);
  if (url === null) return refuse(/^[\d.]+$|^0x/i.test(withoutPort) ? 'ip-address' : 'malformed');
  const name = url.hostname.endsWith('.') ? url.hostname.slice(0, -1) : url.hostname;
  if (name.length === 0) return refuse('malformed');
  if (name.length > MAX_HOSTNAME_LENGTH) return refuse('too-long');
  if (/^\d+(?:\.\d+){3}$/.test(name)) return refuse('ip-address');

  const labels = name.split('.');
  if (!labels.every((label) => LABEL.test(label))) return refuse('malformed');
  if (labels.length < 2) return refuse('single-label');
  return ok(name as Hostname);
}

/** Labels directly under the platform's domain that no partner may take: infrastructure, mail, and what phishes well. */
export const RESERVED_LABELS = [
  'abuse',
  'account',
  'accounts',
  'admin',
  'administrator',
  'api',
  'app',
  'assets',
  'auth',
  'autoconfig',
  'autodiscover',
  'billing',
  'blog',
  'cdn',
  'dashboard',
  'dev',
  'dns',
  'docs',
  'domains',
  'email',
  'ftp',
  'git',
  'help',
  'hostmaster',
  'imap',
  'internal',
  'localhost',
  'login',
  'mail',
  'mx',
  'ns',
  'ns1',
  'ns2',
  'oauth',
  'pop',
  'postmaster',
  'preview',
  'proxy',
  'root',
  'security',
  'smtp',
  'sso',
  'staging',
  'static',
  'status',
  'support',
  'system',
  'test',
  'webmail',
  'wpad',
  'www',
] as const;

const reserved: ReadonlySet<string> = new Set(RESERVED_LABELS);

/** True for a label that cannot be claimed as a partner subdomain: the list above, `_`-names and punycode. */
export function isReservedLabel(label: string): boolean {
  const lower = label.toLowerCase();
  return reserved.has(lower) || lower.startsWith('_') || lower.startsWith('xn--');
}
