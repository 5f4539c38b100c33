/** What the database and the way to it refuse, in the operator's words. Called by tool.ts, deploy/preflight.ts, doctor/. */
import { z } from 'zod';

const databaseErrorSchema = z.object({
  name: z.literal('PostgresError'),
  code: z.string(),
  message: z.string(),
  detail: z.string().optional(),
  hint: z.string().optional(),
});
const connectionErrorSchema = z.object({ code: z.string(), message: z.string().default('') });

/** Refused on purpose: constraints, and what functions raise; and a schema that is older than the tool. */
const EXPECTED = /^(?:22|23|PT|42883|42P01|42703|P0001)/;
const UNREACHABLE =
  /^(?:ECONN|ENOTFOUND|ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL|ETIMEDOUT|EAI_AGAIN|EPIPE|CONNECT_TIMEOUT|CONNECTION_)/;
const NEEDS_ANOTHER_WAY = /^(?:ENOTFOUND|ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL|ETIMEDOUT|CONNECT_TIMEOUT)/;
const UNTRUSTED =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|ERR_TLS_CERT_|INVALID_CA)/;
/** The server answered something else than a handshake, or hung up on it. */
const NO_TLS = /^(?:ERR_SSL_|EPROTO)|before secure TLS connection was established/;

/** SQLSTATE and connection errors that a person can do something about; null for a bug, which keeps its stack. */
export function describeDatabaseError(error: unknown): string | null {
  const parsed = databaseErrorSchema.safeParse(error);
  if (parsed.success) return describeRefusal(parsed.data);
  const connection = connectionErrorSchema.safeParse(error).data;
  if (connection === undefined) return null;
  const { code, message } = connection;
  if (UNTRUSTED.test(code))
    return `The certificate of the server of DATABASE_URL is not to be trusted (${code}): is the host right, and is nobody between? A root certificate of your own goes by PGSSLROOTCERT=FILE; Supabase's is in the dashboard under Database, SSL configuration.`;
  if (NO_TLS.test(code) || NO_TLS.test(message))
    return `The server of DATABASE_URL does not speak TLS (${code}), and over a network nothing is said in clear. Turn TLS on there, or come by a tunnel that ends on this machine.`;
  if (!UNREACHABLE.test(code)) return null;
  return [
    `The database of DATABASE_URL cannot be reached (${code}).`,
    ...(NEEDS_ANOTHER_WAY.test(code)
      ? [
          'A project’s direct connection (db.….supabase.co) is for IPv6 alone: without it take the session pooler, port 5432 of ….pooler.supabase.com.',
        ]
      : []),
  ].join('\n');
}

/** By the class of the SQLSTATE: https://www.postgresql.org/docs/17/errcodes-appendix.html */
function describeRefusal({
  code,
  message,
  detail,
  hint,
}: z.infer<typeof databaseErrorSchema>): string | null {
  if (/no encryption|SSL connection is required/i.test(message))
    return 'The database takes encrypted connections alone: add sslmode=verify-full to DATABASE_URL.';
  if (code.startsWith('28')) return 'The database refuses the user or the password of DATABASE_URL.';
  if (/^Tenant or user not found/i.test(message))
    return 'The pooler of DATABASE_URL does not know the project: its user is postgres.<project reference>, its host that of the project’s region.';
  if (code === '42501')
    return `The user of DATABASE_URL may not do this (${message}): take the database's owner, postgres.`;
  if (code === '3D000') return `The database of DATABASE_URL is not there: ${message}.`;
  if (code === '53300')
    return `The database takes no more connections (${message}). End some, or wait until others are done, and run it again.`;
  if (code.startsWith('53'))
    return `The database has no more room (${code}: ${message}). Look at its disk and memory in the dashboard, and run it again.`;
  if (code === '57014') return `The database gave up after its time limit (${message}). Run it again.`;
  if (code.startsWith('57'))
    return `The database is being stopped or started (${code}: ${message}). Wait a minute, and run it again.`;
  if (code.startsWith('08'))
    return `The connection to the database broke off (${code}: ${message}). Run it again.`;
  if (!EXPECTED.test(code)) return null;
  const schema = /^42/.test(code) ? 'Are all migrations applied?' : undefined;
  return [`The database refuses it: ${message}.`, detail, hint, schema].filter(Boolean).join('\n');
}
