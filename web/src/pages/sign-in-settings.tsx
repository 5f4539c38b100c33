/** The portal's own OAuth clients: per hostname and provider set up, test, switch on. Secrets go in and never come out. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound, LifeBuoy } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import {
  OAUTH_CLIENT_TEST_OUTCOMES,
  type OAuthClient,
  type OAuthClientList,
  type OAuthClientsOfHostname,
  type OAuthClientTestOutcome,
} from '../../../contract/oauth-clients.ts';
import { PROVIDERS, type Provider } from '../../../contract/tenants.ts';
import { wordingForError } from '../api/administration-wording.ts';
import { ApiError } from '../api/api-error.ts';
import {
  type ClientName,
  oauthClientsQuery,
  removeOAuthClient,
  saveOAuthClient,
  startClientTest,
  switchOAuthClient,
} from '../api/oauth-client-queries.ts';
import { Alert, type Tone } from '../ui/alert.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { announce } from '../ui/live-region.tsx';
import { OAuthClientCard } from '../ui/oauth-client-card.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { PROVIDER_NAMES } from '../ui/provider-mark.tsx';
import { Section } from '../ui/section.tsx';
import { Loading, Skeleton } from '../ui/skeleton.tsx';

const loadDialog = () => import('../ui/confirm-dialog.tsx');
const ConfirmDialog = lazy(async () => ({ default: (await loadDialog()).ConfirmDialog }));

export function SignInSettingsPage() {
  const { data, error, refetch, isFetching } = useQuery(oauthClientsQuery);
  const outcome = useTestOutcome();
  return (
    <div className="flex max-w-[52rem] flex-col gap-8">
      <PageHead title="Sign-in">
        With OAuth apps of your own, GitHub and Google show your name when people sign in. Each hostname needs
        its own.
      </PageHead>
      {outcome !== null && <OutcomeAlert {...outcome} />}
      {data !== undefined ? (
        <Hostnames list={data} />
      ) : error instanceof ApiError ? (
        <ErrorNote
          {...wordingForError(error)}
          requestId={error.requestId}
          retrying={isFetching}
          onRetry={() => void refetch()}
        />
      ) : (
        <Loading label="Loading the sign-in clients">
          <div className="flex flex-col gap-4">
            <Skeleton className="h-6 w-56" />
            <Skeleton className="h-40 w-full" />
            <Skeleton className="h-40 w-full" />
          </div>
        </Loading>
      )}
    </div>
  );
}

function Hostnames({ list }: { list: OAuthClientList }) {
  const { hostnames, wayBackIn } = list;
  if (hostnames.length === 0) {
    return (
      <EmptyState
        icon={<KeyRound aria-hidden size={22} strokeWidth={1.5} />}
        title="No verified hostname yet"
      >
        As soon as a hostname of yours is verified, its sign-in is set up here.
      </EmptyState>
    );
  }
  return (
    <>
      {wayBackIn !== null && <WayBackIn {...wayBackIn} />}
      {hostnames.map((hostname) => (
        <Hostname key={hostname.hostname} hostname={hostname} wayBackIn={wayBackIn} />
      ))}
    </>
  );
}

function WayBackIn({ hostname, url }: NonNullable<OAuthClientList['wayBackIn']>) {
  const rescue = `${new URL(url).origin}/auth/github?client=standard`;
  return (
    <aside
      aria-label="The way back in"
      className="flex gap-3 rounded-md border border-line bg-sunken px-4 py-3 text-sm"
    >
      <LifeBuoy aria-hidden size={18} strokeWidth={1.75} className="mt-0.5 shrink-0 text-muted" />
      <div className="min-w-0">
        <p className="text-base font-medium">You cannot lock yourself out</p>
        <p className="text-muted">
          On <strong className="font-medium break-all text-ink">{hostname}</strong> a standard client signs
          people in while yours is off. Should yours ever break while it is on, this address signs you in past
          it:
        </p>
        <p className="mt-1 flex flex-wrap items-center gap-x-2">
          <code className="font-mono break-all select-all">{rescue}</code>
          <CopyButton value={rescue} what="address" />
        </p>
      </div>
    </aside>
  );
}

interface HostnameProps {
  hostname: OAuthClientsOfHostname;
  wayBackIn: OAuthClientList['wayBackIn'];
}

function Hostname({ hostname, wayBackIn }: HostnameProps) {
  return (
    <Section
      title={hostname.hostname}
      description={
        hostname.fallback
          ? 'While a client of your own is off, the standard one signs people in here.'
          : 'Nothing stands in here: a provider signs people in only while your client for it is on.'
      }
      aside={hostname.current && 'You are here'}
    >
      <ul className="flex flex-col gap-4">
        {hostname.clients.map((client) => (
          <li key={client.provider}>
            <Client hostname={hostname} client={client} wayBackIn={wayBackIn} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Client({ hostname, client, wayBackIn }: HostnameProps & { client: OAuthClient }) {
  const queryClient = useQueryClient();
  const [removing, setRemoving] = useState(false);
  const [busy, setBusy] = useState<'switch' | 'remove' | 'save' | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const name: ClientName = { hostname: hostname.hostname, provider: client.provider };
  const provider = PROVIDER_NAMES[client.provider];

  /** False when it did not work; the card says why. */
  async function change(what: NonNullable<typeof busy>, work: () => Promise<void>, done: string) {
    setBusy(what);
    setError(null);
    try {
      await work();
      await queryClient.invalidateQueries({ queryKey: oauthClientsQuery.queryKey });
      announce(done);
      return true;
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setError(failure);
      return false;
    } finally {
      setBusy(null);
    }
  }

  const errorNote = error && <ErrorNote {...wordingForError(error)} requestId={error.requestId} />;
  const on = client.state === 'enabled';
  return (
    <>
      <OAuthClientCard
        client={client}
        hostname={hostname}
        busy={busy}
        error={removing ? null : errorNote}
        onSave={(saved) =>
          change('save', () => saveOAuthClient(name, saved), `The ${provider} client is saved`)
        }
        onTest={() => startClientTest(client.provider)}
        onSwitch={() =>
          void change(
            'switch',
            () => switchOAuthClient(name, !on),
            `The ${provider} client is ${on ? 'off' : 'on'}`,
          )
        }
        onRemove={() => {
          setError(null);
          setRemoving(true);
        }}
        onRemoveSoon={loadDialog}
      />
      {removing && (
        <Suspense fallback={null}>
          <ConfirmDialog
            open
            title={`Remove the ${provider} client of ${hostname.hostname}?`}
            confirm="Remove"
            busy={busy === 'remove'}
            error={errorNote ?? undefined}
            onConfirm={() =>
              void change('remove', () => removeOAuthClient(name), `The ${provider} client is removed`).then(
                (done) => done && setRemoving(false),
              )
            }
            onClose={() => setRemoving(false)}
          >
            Its id and its secret are deleted. {whatBreaks(hostname, provider, on, wayBackIn)}
          </ConfirmDialog>
        </Suspense>
      )}
    </>
  );
}

function whatBreaks(
  { hostname, fallback }: OAuthClientsOfHostname,
  provider: string,
  on: boolean,
  wayBackIn: OAuthClientList['wayBackIn'],
): string {
  if (!on) return 'Nobody is affected: it is off.';
  if (fallback)
    return `The standard ${provider} client signs people in again; ${provider} then shows its name.`;
  const instead = wayBackIn === null ? '' : ` Sign-in at ${wayBackIn.hostname} goes on working.`;
  return `Nobody can sign in with ${provider} at ${hostname} any more.${instead}`;
}

interface TestOutcome {
  provider: Provider;
  outcome: OAuthClientTestOutcome;
}

/** How the test went that led here. Said once: a reload does not repeat it. */
function useTestOutcome(): TestOutcome | null {
  const [query] = useSearchParams();
  const navigate = useNavigate();
  const [outcome] = useState((): TestOutcome | null => {
    const provider = PROVIDERS.find((known) => known === query.get('tested'));
    const said = OAUTH_CLIENT_TEST_OUTCOMES.find((known) => known === query.get('outcome'));
    return provider !== undefined && said !== undefined ? { provider, outcome: said } : null;
  });
  const asked = query.has('tested');
  useEffect(() => {
    if (asked) void navigate('/settings/sign-in', { replace: true, preventScrollReset: true });
  }, [asked, navigate]);
  return outcome;
}

function OutcomeAlert({ provider, outcome }: TestOutcome) {
  const { tone, title, next } = wordsOf(outcome, PROVIDER_NAMES[provider]);
  const said = useRef(false);
  useEffect(() => {
    if (!said.current) announce(title);
    said.current = true;
  }, [title]);
  return (
    <Alert tone={tone} title={title}>
      <p>{next}</p>
    </Alert>
  );
}

function wordsOf(
  outcome: OAuthClientTestOutcome,
  provider: string,
): { tone: Tone; title: string; next: string } {
  switch (outcome) {
    case 'succeeded':
      return {
        tone: 'success',
        title: `The test sign-in with ${provider} worked`,
        next: 'Nobody was signed in by it. A client that is off can be switched on now.',
      };
    case 'cancelled':
      return {
        tone: 'info',
        title: `The test at ${provider} was cancelled`,
        next: 'Nothing has changed. Start it again whenever you like.',
      };
    case 'redirect_mismatch':
      return {
        tone: 'warning',
        title: `${provider} does not know this callback URL`,
        next: `Copy the callback URL below into the app at ${provider}, to the letter, then test again.`,
      };
    case 'wrong_secret':
      return {
        tone: 'warning',
        title: `${provider} did not accept the client secret`,
        next: `Create a new secret at ${provider}, replace the one here, then test again.`,
      };
    case 'refused':
      return {
        tone: 'warning',
        title: `${provider} refuses this client`,
        next: `Look whether the app at ${provider} is suspended, or may not read email addresses.`,
      };
    case 'unreachable':
      return {
        tone: 'warning',
        title: `${provider} does not answer`,
        next: 'This is usually over in a minute. Test again then.',
      };
    case 'changed':
      return {
        tone: 'info',
        title: 'The client was changed during the test',
        next: 'Test the one that is saved now.',
      };
    case 'failed':
      return {
        tone: 'warning',
        title: `The test sign-in with ${provider} did not work`,
        next: 'Compare id and secret with those at the provider, replace them here, then test again.',
      };
    default:
      return outcome satisfies never;
  }
}
