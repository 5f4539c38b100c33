import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readDatabaseTarget } from './database-connection.ts';
import { describeDatabaseError } from './database-errors.ts';

const ROOTS = fileURLToPath(new URL('supabase-ca.pem', import.meta.url));
const variablesOf = (address: string, env = {}) => readDatabaseTarget(address, env).cli.env;

test.each([
  'postgres://postgres:canary@db.abcdefghijklmnopqrst.supabase.co:5432/postgres',
  'postgresql://postgres.ref:canary@aws-0-eu-central-1.pooler.supabase.com:5432/postgres',
  'postgres://postgres:canary@AWS-0.Pooler.Supabase.com/postgres?sslmode=verify-full',
])('%s is spoken to in TLS, its certificate held against Supabase’s roots', (address) => {
  const { url, tls, cli } = readDatabaseTarget(address, {});
  expect(tls).toMatchObject({ rejectUnauthorized: true, ca: readFileSync(ROOTS, 'utf8') });
  expect(cli.env).toEqual({ PGPASSWORD: 'canary', PGSSLMODE: 'verify-full', PGSSLROOTCERT: ROOTS });
  expect(cli.address).not.toContain('canary');
  expect(url).toContain('canary');
  expect(url).not.toContain('sslmode');
});

test('Supabase’s roots are two authorities of Supabase that signed themselves', () => {
  const pem = readFileSync(ROOTS, 'utf8').match(/-----BEGIN[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  const roots = pem.map((text) => new X509Certificate(text));
  expect(roots.map(({ fingerprint256 }) => fingerprint256.slice(0, 23))).toEqual([
    '80:70:25:AD:50:D4:ED:21',
    '5F:9B:77:95:1A:7A:A1:30',
  ]);
  for (const root of roots) {
    expect(root.subject).toContain('CN=Supabase Root 2021 CA');
    expect([root.ca, root.verify(root.publicKey)]).toEqual([true, true]);
  }
});

test('other hosts are held against the roots of this machine, or those that are given', () => {
  const host = 'postgres://u:p@db.example.com/postgres';
  const { tls } = readDatabaseTarget(host, {});
  expect(tls).toMatchObject({ rejectUnauthorized: true });
  expect(tls && String(tls.ca).length).toBeGreaterThan(50_000);
  expect(variablesOf(host)).toEqual({ PGPASSWORD: 'p', PGSSLMODE: 'verify-full' });
  expect(variablesOf(host, { PGSSLROOTCERT: ROOTS })).toMatchObject({ PGSSLROOTCERT: ROOTS });
  expect(variablesOf(`${host}?sslmode=verify-ca&sslrootcert=${encodeURIComponent(ROOTS)}`)).toEqual({
    PGPASSWORD: 'p',
    PGSSLMODE: 'verify-ca',
    PGSSLROOTCERT: ROOTS,
  });
  expect(readDatabaseTarget(`${host}?sslmode=require`, {}).tls).toEqual({ rejectUnauthorized: false });
});

test.each(['localhost', '127.0.0.1', '127.8.8.8', '[::1]', 'LocalHost'])('%s is this machine', (host) => {
  const address = `postgres://u:p@${host}:5432/postgres`;
  expect(readDatabaseTarget(address, { PGSSLROOTCERT: '/nowhere' }).tls).toBe(false);
  expect(variablesOf(address)).toEqual({ PGPASSWORD: 'p', PGSSLMODE: 'disable' });
  expect(readDatabaseTarget(`${address}?sslmode=require`, {}).tls).toEqual({ rejectUnauthorized: false });
});

test.each([
  ['postgres://u:canary@127.evil.example/db?sslmode=disable', 'sslmode=disable of DATABASE_URL is refused'],
  ['postgres://u:canary@localhost.example/db?sslmode=prefer', 'in clear'],
  ['postgres://u:canary@h.example/db?sslrootcert=/nowhere', '/nowhere of sslrootcert .* cannot be read'],
  [`postgres://u:canary@h.example/db?sslrootcert=${import.meta.filename}`, 'holds no certificate'],
  ['postgres://u@h.example/db?password=canary', 'stands before its host'],
  ['postgres:///db', 'names no host'],
  ['https://canary@h.example', 'no postgres:// address'],
  ['postgres://u:canary@host:port/db', 'no connection string'],
  ['canary', 'no postgres:// address'],
])('%s is refused, without a word of its password', (address, words) => {
  expect(() => readDatabaseTarget(address, {})).toThrow(new RegExp(words));
  expect(() => readDatabaseTarget(address, {})).not.toThrow(/canary/);
});

const refusal = (code: string, message: string) => ({ name: 'PostgresError', code, message });

test.each([
  [refusal('57P01', 'terminating connection due to administrator command'), 'being stopped or started'],
  [refusal('57P03', 'the database system is starting up'), 'Wait a minute, and run it again'],
  [refusal('57014', 'canceling statement due to statement timeout'), 'time limit'],
  [refusal('53300', 'sorry, too many clients already'), 'takes no more connections (sorry'],
  [refusal('53100', 'could not extend file'), 'no more room (53100: could not extend file)'],
  [refusal('08006', 'connection failure'), 'broke off (08006: connection failure). Run it again'],
  [refusal('28P01', 'password authentication failed'), 'refuses the user or the password'],
  [refusal('28000', 'no pg_hba.conf entry for host "1.2.3.4", no encryption'), 'encrypted connections alone'],
  [refusal('28000', 'SSL connection is required'), 'encrypted connections alone'],
  [refusal('42501', 'permission denied for table tenants'), "take the database's owner"],
  [refusal('XX000', 'Tenant or user not found'), 'does not know the project'],
  [{ code: 'ENETUNREACH', message: 'connect ENETUNREACH' }, 'take the session pooler, port 5432'],
  [{ code: 'CONNECT_TIMEOUT' }, 'take the session pooler, port 5432'],
  [{ code: 'SELF_SIGNED_CERT_IN_CHAIN', message: 'self-signed' }, 'PGSSLROOTCERT=FILE'],
  [{ code: 'ERR_SSL_WRONG_VERSION_NUMBER', message: '' }, 'does not speak TLS'],
  [
    {
      code: 'ECONNRESET',
      message: 'Client network socket disconnected before secure TLS connection was established',
    },
    'does not speak TLS',
  ],
])('%o has words that say what to do', (error, words) => {
  expect(describeDatabaseError(error)).toContain(words);
});

test('what nobody can do something about stays what it is', () => {
  expect(describeDatabaseError(refusal('XX000', 'cache lookup failed'))).toBeNull();
  expect(describeDatabaseError(new TypeError('of our own'))).toBeNull();
  expect(describeDatabaseError({ code: 'ECONNREFUSED' })).not.toContain('pooler');
});
