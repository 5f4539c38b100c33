/**
 * Do the OAuth clients that people come in by work: the platform's own, and those of hosts, which have to open with the field
 * keys? Called by doctor.ts.
 */
import type { TransactionSql } from 'postgres';
import { PROVIDERS } from '../../../contract/tenants.ts';
import type { InstallationSecrets } from '../installation-secrets.ts';
import { type Callback, judgeCallbacks, readCallbacks } from '../oauth-callbacks.ts';
import { type Check, type Finding, fail, ok, warn } from './findings.ts';

export function clientChecks(
  secrets: InstallationSecrets,
  env: Readonly<Record<string, string | undefined>>,
  transact: <T>(work: (sql: TransactionSql) => Promise<T>) => Promise<T>,
): Check[] {
  const about = 'OAuth clients';
  const known = {
    ...env,
    FIELD_KEYS: JSON.stringify({ keys: secrets.fieldKeys }),
    GITHUB_CLIENT_ID: secrets.github.clientId,
    GITHUB_CLIENT_SECRET: secrets.github.clientSecret,
    GOOGLE_CLIENT_ID: secrets.google.clientId,
    GOOGLE_CLIENT_SECRET: secrets.google.clientSecret,
  };
  return [
    {
      group: 'keys',
      about,
      seconds: 120,
      async run() {
        const callbacks = await judgeCallbacks(await transact(readCallbacks), known);
        const own = callbacks.filter(({ client }) => client === 'its own');
        // One client serves all names of the platform's: it is told once, at the first of them.
        const platform = PROVIDERS.flatMap((provider) =>
          callbacks.filter((one) => one.provider === provider && one.client === 'the platform’s').slice(0, 1),
        );
        const findings = [...platform, ...own].map(judge).filter((finding) => finding !== null);
        const hosts =
          own.length === 0 ? 'no tenant has any of its own' : `${own.length} of tenants’ hosts, too`;
        return findings.length > 0 ? findings : [ok(about, `the platform’s own are known; ${hosts}`)];
      },
    },
  ];
}

function judge({ hostname, provider, callback, client, state }: Callback): Finding | null {
  const name = provider === 'github' ? 'GitHub' : 'Google';
  const about = client === 'its own' ? `${name} at ${hostname}` : `The platform’s ${name} client`;
  switch (state) {
    case 'accepted':
    case 'switched off':
    case 'not checked':
    case 'none yet':
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
