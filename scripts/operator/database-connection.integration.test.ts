/** The tools at a Postgres that speaks TLS and takes nothing else, as a hosted project with enforcement does. */
import { once } from 'node:events';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findAdvisories } from '../local/migrations.ts';
import { createRunFolder } from '../local/platform.ts';
import { findFreePorts } from '../local/ports.ts';
import { type RunningPostgres, startPostgres } from '../local/postgres.ts';
import { findRunner } from '../local/postgres-binaries.ts';
import { connectDatabase } from './database-connection.ts';
import { takeLock } from './deploy/lock.ts';
import { watchProcesses } from './deploy/watching.ts';
import { listTenantsTool } from './list-tenants.ts';
import { runAt } from './testing.ts';

let folder: string;
let server: RunningPostgres;
/** Of the certificate's own name. */
let address: string;
let rootFile: string;

beforeAll(async () => {
  folder = createRunFolder('tls');
  const [port = 0] = await findFreePorts(1);
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
    ],
  });
  rootFile = join(folder, 'root.pem');
  writeFileSync(rootFile, cert);
  const inside = join(folder, 'tls');
  mkdirSync(inside, { mode: 0o700 });
  const files = {
    ssl_cert_file: cert,
    ssl_key_file: key,
    // Connections of the set-up come by IPv4 in clear; those by name have to be encrypted.
    hba_file: 'hostssl secured all all scram-sha-256\nhost postgres,template1 all all scram-sha-256\n',
  };
  const settings: Record<string, string> = { ssl: 'on' };
  for (const [name, content] of Object.entries(files)) {
    settings[name] = join(inside, name);
    writeFileSync(settings[name], content, { mode: 0o600 });
  }
  const runner = findRunner();
  if (runner !== null)
    for (const path of [inside, ...Object.keys(files).map((name) => join(inside, name))])
      chownSync(path, runner.uid, runner.gid);
  server = await startPostgres({ directory: join(folder, 'postgres'), port, fast: true, settings });
  address = (await server.createDatabase('secured')).replace('127.0.0.1', 'localhost');
});

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

function by(parameters: Record<string, string>, base = address): string {
  const url = new URL(base);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

test('is spoken to in TLS, its certificate verified, by the tools and the lock', async () => {
  const verified = by({ sslmode: 'verify-full', sslrootcert: rootFile });
  const sql = connectDatabase(verified, { max: 1 });
  try {
    expect(await sql`select ssl from pg_stat_ssl where pid = pg_backend_pid()`).toEqual([{ ssl: true }]);
  } finally {
    await sql.end();
  }
  const lock = await takeLock(verified, 'staging');
  await lock.assertHeld();
  await lock.release();
  // It got there: nothing of ours is in this database.
  expect((await runAt(verified, listTenantsTool, [])).error).toContain('Are all migrations applied?');
});

test('is verified by the Supabase CLI, which is told nothing else of our environment', async () => {
  process.env['CANARY_OF_THE_ENVIRONMENT'] = 'canary-environment';
  try {
    const seen = await watchProcesses(() =>
      findAdvisories(by({ sslmode: 'verify-full', sslrootcert: rootFile })),
    );
    expect(seen.value).toEqual(expect.any(Array));
    if (seen.arguments !== '') {
      expect(seen.arguments).toContain('advisors');
      expect(seen.environments).toContain('PGSSLMODE=verify-full');
      expect(seen.environments).not.toContain('canary-environment');
    }
  } finally {
    delete process.env['CANARY_OF_THE_ENVIRONMENT'];
  }
});

test('says what is the matter where TLS is missing on either side, or the certificate does not fit', async () => {
  const said = async (url: string) => (await runAt(url, listTenantsTool, [])).error;
  expect(await said(address)).toContain('takes encrypted connections alone: add sslmode=verify-full');
  expect(await said(by({ sslmode: 'verify-full' }))).toMatch(
    /not to be trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
  );
  const byNumber = by(
    { sslmode: 'verify-full', sslrootcert: rootFile },
    address.replace('localhost', '127.0.0.1'),
  );
  expect(await said(byNumber)).toMatch(/not to be trusted \(ERR_TLS_CERT_ALTNAME_INVALID\)/);
  expect(await said(by({ sslmode: 'require' }))).toContain('Are all migrations applied?');
  const plain = createServer((socket) => {
    socket.on('error', () => {}).once('data', () => socket.write('N'));
    // Its client begins nevertheless.
    socket.on('data', (data) => data[0] === 0x16 && socket.end());
  });
  await once(plain.listen(0, '127.0.0.1'), 'listening');
  const port = String((plain.address() as AddressInfo).port);
  const url = Object.assign(new URL(by({ sslmode: 'require' })), { port });
  expect(await said(url.href)).toMatch(/does not speak TLS/);
  plain.close();
});
