/** Do the OAuth clients that hosts have open with the field keys, and do their providers know them? Called by doctor.ts. */
import type { TransactionSql } from 'postgres';
import type { InstallationSecrets } from '../installation-secrets.ts';
import { judgeClients, type ListedClient, readClients } from '../listed-clients.ts';
import { type Check, type Finding, fail, ok, warn } from './findings.ts';

export function clientChecks(
  secrets: InstallationSecrets,
  env: Readonly<Record<string, string | undefined>>,
  transact: <T>(work: (sql: TransactionSql) => Promise<T>) => Promise<T>,
): Check[] {
  const about = 'OAuth clients';
  return [
    {
      group: 'keys',
      about,
      seconds: 120,
      async run() {
        const keyring = { ...env, FIELD_KEYS: JSON.stringify({ keys: secrets.fieldKeys }) };
        const clients = await judgeClients(await transact(readClients), keyring);
        const findings = clients.map(judge).filter((finding) => finding !== null);
        return findings.length > 0
          ? findings
          : [ok(about, `${clients.length} of hosts of their own, all usable`)];
      },
    },
  ];
}

function judge({ hostname, provider, callback, state }: ListedClient): Finding | null {
  const about = `${provider === 'github' ? 'GitHub' : 'Google'} at ${hostname}`;
  switch (state) {
    case 'accepted':
    case 'switched off':
    case 'not checked':
      return null;
    case 'unreadable':
      return fail(
        about,
        'its secret does not open with the field keys',
        'Its admin saves the secret once more.',
      );
    case 'refused':
      return fail(
        about,
        'the provider does not know the client, or its secret',
        `Is it there, with ${callback}?`,
      );
    case 'unreachable':
      return warn(about, 'not checked: the provider did not answer', 'Run this again.');
    default:
      return state satisfies never;
  }
}
