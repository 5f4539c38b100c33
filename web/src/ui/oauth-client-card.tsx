/** One OAuth client: its state in words, how to set it up at the provider, the form, and what can be done with it. */
import { type FormEvent, type ReactNode, useId, useRef, useState } from 'react';
import type {
  OAuthClient,
  OAuthClientsOfHostname,
  SaveOAuthClient,
} from '../../../contract/oauth-clients.ts';
import type { Provider } from '../../../contract/tenants.ts';
import { Badge } from './badge.tsx';
import { Button, buttonClass } from './button.tsx';
import { CopyButton } from './copy-button.tsx';
import { Moment } from './moment.tsx';
import { PROVIDER_NAMES, ProviderMark } from './provider-mark.tsx';
import { TextField } from './text-field.tsx';

interface OAuthClientCardProps {
  client: OAuthClient;
  hostname: OAuthClientsOfHostname;
  busy: 'switch' | 'remove' | 'save' | null;
  error: ReactNode;
  /** Answers whether it is saved. */
  onSave: (client: SaveOAuthClient) => Promise<boolean>;
  onTest: () => void;
  onSwitch: () => void;
  onRemove: () => void;
  /** The pointer or the focus is on Remove. */
  onRemoveSoon: () => void;
}

export function OAuthClientCard(props: OAuthClientCardProps) {
  const { client, hostname, error } = props;
  const [editing, setEditing] = useState(false);
  const titleId = useId();
  const title = useRef<HTMLHeadingElement>(null);
  const name = PROVIDER_NAMES[client.provider];
  const none = client.state === 'none';
  return (
    <section aria-labelledby={titleId} className="rounded-md border border-line bg-raised">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3 p-4 sm:p-5">
        <span className="flex size-9 shrink-0 items-center justify-center rounded-sm bg-well">
          <ProviderMark provider={client.provider} />
        </span>
        <div className="min-w-0 flex-1 basis-40">
          <h3
            ref={title}
            tabIndex={-1}
            id={titleId}
            className="flex flex-wrap items-center gap-2 font-semibold"
          >
            {name} <State state={client.state} />
          </h3>
          <p className="text-sm text-muted">
            <StateInWords client={client} fallback={hostname.fallback} />
          </p>
        </div>
        {none && !editing && (
          <Button onClick={() => setEditing(true)} aria-label={`Set up ${name} for ${hostname.hostname}`}>
            Set up
          </Button>
        )}
      </div>
      {(!none || editing) && (
        <div className="flex flex-col gap-5 border-t border-line p-4 sm:p-5">
          {error}
          {editing ? (
            <Form
              {...props}
              onClose={() => {
                setEditing(false);
                // The pressed button is gone: whoever uses the keyboard goes on from this card.
                title.current?.focus();
              }}
            />
          ) : (
            <Stored {...props} onReplace={() => setEditing(true)} />
          )}
        </div>
      )}
    </section>
  );
}

const STATES = {
  none: { tone: 'neutral', label: 'Not set up' },
  untested: { tone: 'warning', label: 'Not tested' },
  tested: { tone: 'brand', label: 'Tested, off' },
  enabled: { tone: 'success', label: 'On' },
} as const;

function State({ state }: { state: OAuthClient['state'] }) {
  const { tone, label } = STATES[state];
  return <Badge tone={tone}>{label}</Badge>;
}

function StateInWords({ client, fallback }: { client: OAuthClient; fallback: boolean }) {
  const name = PROVIDER_NAMES[client.provider];
  const meanwhile = fallback
    ? 'The standard client signs people in meanwhile.'
    : `${name} is not offered here.`;
  switch (client.state) {
    case 'none':
      return fallback ? 'The standard client signs people in.' : `${name} is not offered here.`;
    case 'untested':
      return `Test it before it can be switched on. ${meanwhile}`;
    case 'tested':
      return (
        <>
          Tested {client.testedAt !== null && <Moment at={client.testedAt} />}. {meanwhile}
        </>
      );
    case 'enabled':
      return 'It signs people in here.';
    default:
      return client.state satisfies never;
  }
}

function Stored({
  client,
  hostname,
  busy,
  onReplace,
  onTest,
  onSwitch,
  onRemove,
  onRemoveSoon,
}: OAuthClientCardProps & { onReplace: () => void }) {
  const [leaving, setLeaving] = useState(false);
  const name = PROVIDER_NAMES[client.provider];
  const on = client.state === 'enabled';
  return (
    <>
      <dl className="flex flex-col gap-3 text-sm">
        <Stating term="Client ID">
          <code className="font-mono break-all">{client.clientId}</code>
        </Stating>
        <Stating term="Client secret">A secret is stored, encrypted. Nobody can read it here.</Stating>
        <Stating term="Callback URL">
          <Copyable value={hostname.callbackUrl} what="callback URL" />
        </Stating>
      </dl>
      {!hostname.current && (
        <p className="text-sm text-muted">
          {name} ties a client to its host, so that it is tested there.{' '}
          <a className="text-link underline underline-offset-2" href={hostname.settingsUrl}>
            Open this page at {hostname.hostname}
          </a>
        </p>
      )}
      <div className="flex flex-wrap gap-2.5">
        {hostname.current && (
          <Button
            variant={client.state === 'untested' ? 'primary' : 'secondary'}
            busy={leaving}
            aria-label={`Test sign-in with ${name}`}
            onClick={() => {
              setLeaving(true);
              onTest();
            }}
          >
            Test sign-in
          </Button>
        )}
        {client.state !== 'untested' && (
          <Button
            variant={on ? 'secondary' : 'primary'}
            busy={busy === 'switch'}
            aria-label={`Switch ${on ? 'off' : 'on'} ${name}`}
            onClick={onSwitch}
          >
            {on ? 'Switch off' : 'Switch on'}
          </Button>
        )}
        <Button aria-label={`Replace the ${name} client`} onClick={onReplace}>
          Replace
        </Button>
        <Button
          variant="ghost"
          aria-label={`Remove the ${name} client`}
          onPointerEnter={onRemoveSoon}
          onFocus={onRemoveSoon}
          onClick={onRemove}
        >
          Remove
        </Button>
      </div>
      {hostname.current && client.state === 'untested' && (
        <p className="text-sm text-muted">
          The test signs nobody in. If {name} shows an error page and does not lead back here, compare the
          client id and the callback URL.
        </p>
      )}
    </>
  );
}

function Stating({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="grid gap-x-6 sm:grid-cols-[8rem_minmax(0,1fr)]">
      <dt className="text-muted">{term}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}

function Form({ client, hostname, busy, onSave, onClose }: OAuthClientCardProps & { onClose: () => void }) {
  const [clientId, setClientId] = useState(client.clientId ?? '');
  const [clientSecret, setClientSecret] = useState('');
  const [tried, setTried] = useState(false);
  const name = PROVIDER_NAMES[client.provider];
  const problems = {
    clientId: problemOf(clientId, 255),
    clientSecret: problemOf(clientSecret, 1024),
  };
  async function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (problems.clientId !== null || problems.clientSecret !== null || busy !== null) return;
    if (await onSave({ clientId, clientSecret })) onClose();
  }
  return (
    <>
      <Steps provider={client.provider} callbackUrl={hostname.callbackUrl} origin={hostname.settingsUrl} />
      <form noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label="Client ID"
            value={clientId}
            onChange={setClientId}
            error={tried ? problems.clientId : null}
            autoFocus
            monospace
          />
          <TextField
            label="Client secret"
            type="password"
            value={clientSecret}
            onChange={setClientSecret}
            error={tried ? problems.clientSecret : null}
            monospace
          />
        </div>
        {client.state === 'enabled' && (
          <p className="text-sm text-muted">
            Saving switches the {name} client off until the new one is tested.
          </p>
        )}
        <div className="flex flex-wrap gap-2.5">
          <Button type="submit" variant="primary" busy={busy === 'save'}>
            Save
          </Button>
          <Button variant="ghost" onClick={onClose}>
            Cancel
          </Button>
        </div>
      </form>
    </>
  );
}

/** As contract/oauth-clients.ts judges it, in words. */
function problemOf(value: string, longest: number): string | null {
  const trimmed = value.trim();
  if (trimmed === '') return 'Paste it from the provider';
  if (trimmed.length > longest) return `At most ${longest} characters`;
  return /^[\x21-\x7e]+$/.test(trimmed) ? null : 'One word without spaces, as the provider shows it';
}

const PAGES: Record<Provider, string> = {
  github: 'https://github.com/settings/applications/new',
  google: 'https://console.cloud.google.com/auth/clients/create',
};

function Steps({
  provider,
  callbackUrl,
  origin,
}: {
  provider: Provider;
  callbackUrl: string;
  origin: string;
}) {
  const home = new URL(origin).origin;
  return (
    <div className="flex flex-col gap-3">
      <a
        className={`${buttonClass('secondary', 'sm')} self-start`}
        href={PAGES[provider]}
        target="_blank"
        rel="noreferrer"
      >
        {provider === 'github' ? 'Open “New OAuth app” at GitHub' : 'Open “Create OAuth client ID” at Google'}
      </a>
      <ol className="flex list-decimal flex-col gap-2 ps-5 text-sm marker:text-muted">
        {provider === 'github' ? (
          <>
            <li>
              As <b className="font-medium">Application name</b> enter your portal’s name: people see it.
            </li>
            <li>
              <b className="font-medium">Homepage URL</b> <Copyable value={home} what="homepage URL" />
            </li>
            <li>
              <b className="font-medium">Authorization callback URL</b>{' '}
              <Copyable value={callbackUrl} what="callback URL" />
            </li>
            <li>
              Press <b className="font-medium">Register application</b>, then{' '}
              <b className="font-medium">Generate a new client secret</b>.
            </li>
          </>
        ) : (
          <>
            <li>
              As <b className="font-medium">Application type</b> choose{' '}
              <b className="font-medium">Web application</b>, and give it a{' '}
              <b className="font-medium">Name</b>.
            </li>
            <li>
              Leave <b className="font-medium">Authorized JavaScript origins</b> empty.
            </li>
            <li>
              Under <b className="font-medium">Authorized redirect URIs</b> add{' '}
              <Copyable value={callbackUrl} what="callback URL" />
            </li>
            <li>
              Press <b className="font-medium">Create</b>. On the consent screen, the app must be published
              for everybody to sign in.
            </li>
          </>
        )}
        <li>Paste the id and the secret here, and save.</li>
      </ol>
    </div>
  );
}

function Copyable({ value, what }: { value: string; what: string }) {
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2">
      <code className="font-mono text-sm break-all select-all">{value}</code>
      <CopyButton value={value} what={what} />
    </span>
  );
}
