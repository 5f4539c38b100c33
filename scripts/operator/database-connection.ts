/**
 * The one door of the operator's tools to a database, and what the Supabase CLI is told of it: by TLS to a server whose
 * certificate was verified, unless the server is on this machine. Called by tool.ts, deploy/ and local/migrations.ts.
 *
 * `sslmode` of the address has libpq's words (https://www.postgresql.org/docs/current/libpq-ssl.html) and is
 * `verify-full` where it is left out: against `sslrootcert` of the address or PGSSLROOTCERT, else at Supabase's hosts
 * against Supabase's own roots, else against those of this machine.
 */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { type ConnectionOptions, checkServerIdentity, getCACertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import postgres, { type Options, type Sql } from 'postgres';
import { Refusal } from '../local/steps.ts';

const SUPABASE_ROOTS = fileURLToPath(new URL('supabase-ca.pem', import.meta.url));
const MODES = ['require', 'verify-ca', 'verify-full'] as const;

export interface DatabaseTarget {
  /** The address without what it says of TLS. Holds the password. */
  readonly url: string;
  /** False: in clear, on this machine. */
  readonly tls: false | ConnectionOptions;
  /** For the Supabase CLI: an address for its command line, which others read, and the rest for its environment. */
  readonly cli: { readonly address: string; readonly env: Readonly<Record<string, string>> };
}

/** Throws a Refusal for what is no address, and for one that asks to be spoken to in clear over a network. */
export function readDatabaseTarget(
  address: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): DatabaseTarget {
  if (!/^postgres(?:ql)?:\/\//.test(address)) throw new Refusal('DATABASE_URL is no postgres:// address.');
  const url = URL.parse(address);
  if (url === null) throw new Refusal('DATABASE_URL is no connection string.');
  if (url.hostname === '')
    throw new Refusal('DATABASE_URL names no host: postgres://USER:PASSWORD@HOST:5432/DATABASE');
  if (url.searchParams.has('password'))
    throw new Refusal('The password of DATABASE_URL stands before its host: postgres://USER:PASSWORD@HOST');
  const given = url.searchParams.get('sslmode');
  const roots = url.searchParams.get('sslrootcert') || env['PGSSLROOTCERT'] || null;
  url.searchParams.delete('sslmode');
  url.searchParams.delete('sslrootcert');
  const { tls, variables } = chooseTls(url.hostname.toLowerCase(), given, roots);
  const bare = new URL(url);
  bare.password = '';
  const password = decode(url.password);
  return {
    url: url.href,
    tls,
    cli: { address: bare.href, env: { ...(password !== '' && { PGPASSWORD: password }), ...variables } },
  };
}

/** As `postgres()`, by TLS. Throws a Refusal for an address that cannot be used. */
export function connectDatabase(address: string, options: Options<Record<string, never>>): Sql {
  const { url, tls } = readDatabaseTarget(address);
  try {
    return postgres(url, { connect_timeout: 10, onnotice: () => {}, ...options, ssl: tls });
  } catch {
    // The error of a malformed address repeats it, password and all.
    throw new Refusal('DATABASE_URL is no connection string.');
  }
}

/** True for an address that stays on this machine: there is nobody to listen in. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'))
  );
}

interface Tls {
  readonly tls: false | ConnectionOptions;
  readonly variables: Readonly<Record<string, string>>;
}

function chooseTls(hostname: string, given: string | null, file: string | null): Tls {
  const local = isLoopback(hostname);
  if (local && (given === null || given === 'disable'))
    return { tls: false, variables: { PGSSLMODE: 'disable' } };
  const mode = MODES.find((one) => one === (given ?? 'verify-full'));
  if (mode === undefined)
    throw new Refusal(
      `sslmode=${given} of DATABASE_URL is refused: it would send the password and all data in clear. Leave it out (verify-full), or take one of ${MODES.join(', ')}.`,
    );
  if (mode === 'require') return { tls: { rejectUnauthorized: false }, variables: { PGSSLMODE: mode } };
  const roots = file ?? (isOfSupabase(hostname) ? SUPABASE_ROOTS : null);
  return {
    tls: {
      rejectUnauthorized: true,
      ca: roots === null ? getCACertificates('default') : readRoots(roots),
      // Told by ourselves: where the host is a number, Node would compare the certificate with `localhost`.
      checkServerIdentity: (_host, certificate) =>
        mode === 'verify-ca'
          ? undefined
          : checkServerIdentity(hostname.replace(/^\[(.*)\]$/, '$1'), certificate),
    },
    variables: { PGSSLMODE: mode, ...(roots !== null && { PGSSLROOTCERT: roots }) },
  };
}

function isOfSupabase(hostname: string): boolean {
  return /\.supabase\.(?:co|com)$/.test(hostname);
}

function readRoots(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new Refusal(
      `The root certificate ${file} of sslrootcert or PGSSLROOTCERT cannot be read (${code}).`,
    );
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new Refusal(`${file} of sslrootcert or PGSSLROOTCERT holds no certificate (PEM).`);
}

/** A password that was not encoded is taken as it stands. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
