/** The member as the portal knows them: facts, connected accounts, appearance. */
import { useSuspenseQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import type { Identity, Me } from '../../../contract/api.ts';
import type { Provider } from '../../../contract/tenants.ts';
import { boot, bootProblem, bootProblemSeen } from '../api/boot.ts';
import { meQuery } from '../api/queries.ts';
import { startLinking } from '../api/session.ts';
import { wordingForSignIn } from '../api/sign-in-wording.ts';
import { Alert } from '../ui/alert.tsx';
import { Avatar } from '../ui/avatar.tsx';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Facts } from '../ui/facts.tsx';
import { formatDate } from '../ui/format.ts';
import { Moment } from '../ui/moment.tsx';
import { ROLE_NAMES } from '../ui/names.ts';
import { PageHead } from '../ui/page-head.tsx';
import { PROVIDER_NAMES, ProviderMark } from '../ui/provider-mark.tsx';
import { RequestId } from '../ui/request-id.tsx';
import { Section } from '../ui/section.tsx';
import { ThemePicker } from '../ui/theme-picker.tsx';

export function ProfilePage() {
  const { member, identities } = useSuspenseQuery(meQuery).data;
  const [problem] = useState(bootProblem);
  useEffect(() => bootProblemSeen, []);
  const linked = useJustLinked();
  return (
    <div className="flex max-w-[45rem] flex-col gap-10">
      <PageHead title="Profile">
        Your name and picture come from the account you sign in with; change them there.
      </PageHead>
      {problem !== null && <LinkingProblem code={problem.code} requestId={problem.requestId} />}
      {linked !== null && (
        <Alert tone="success" title={`${linked} is connected`}>
          From now on it signs you in here as well.
        </Alert>
      )}
      <Identification member={member} />
      <ConnectedAccounts identities={identities} />
      <Section title="Appearance" description="Kept in this browser only.">
        <ThemePicker />
      </Section>
    </div>
  );
}

/** The provider's name when the page was opened by a linking that worked. Said once: a reload does not repeat it. */
function useJustLinked(): string | null {
  const [query] = useSearchParams();
  const navigate = useNavigate();
  const [linked] = useState(() => query.get('linked'));
  useEffect(() => {
    if (query.has('linked')) void navigate('/profile', { replace: true });
  }, [query, navigate]);
  return linked === 'github' || linked === 'google' ? PROVIDER_NAMES[linked] : null;
}

function LinkingProblem({ code, requestId }: { code: string; requestId: string }) {
  const { title, next, tone } = wordingForSignIn(code);
  return (
    <Alert tone={tone} title={code === 'sign_in_cancelled' ? 'Connecting was cancelled' : title}>
      <p>{next}</p>
      {tone !== 'info' && (
        <div className="mt-1.5">
          <RequestId id={requestId} />
        </div>
      )}
    </Alert>
  );
}

function Identification({ member }: { member: Me['member'] }) {
  const name = member.name ?? member.email ?? 'Your account';
  return (
    <section aria-label="About you" className="flex flex-col gap-5">
      <div className="flex items-center gap-4">
        <Avatar name={name} url={member.avatarUrl} size={56} />
        <div className="min-w-0">
          <p className="text-lg font-semibold break-words">{name}</p>
          {member.email !== null && member.email !== name && (
            <p className="break-all text-muted">{member.email}</p>
          )}
        </div>
      </div>
      <Facts
        items={[
          { term: 'Role', value: ROLE_NAMES[member.role] },
          { term: 'Member since', value: <Moment at={member.createdAt} text={formatDate} /> },
          {
            term: 'Member id',
            value: (
              <span className="flex flex-wrap items-center gap-x-2">
                <code className="font-mono text-sm break-all select-all">{member.id}</code>
                <CopyButton value={member.id} what="member id" />
              </span>
            ),
          },
        ]}
      />
    </section>
  );
}

function ConnectedAccounts({ identities }: { identities: readonly Identity[] }) {
  const linked = new Map(identities.map((identity) => [identity.provider, identity]));
  const providers = [...new Set([...boot.providers, ...linked.keys()])];
  return (
    <Section
      title="Connected accounts"
      description="Each of them signs you in here. Connect a second one so that you are never locked out."
    >
      <ul className="divide-y divide-line border-y border-line">
        {providers.map((provider) => (
          <ConnectedAccount key={provider} provider={provider} identity={linked.get(provider)} />
        ))}
      </ul>
    </Section>
  );
}

function ConnectedAccount({ provider, identity }: { provider: Provider; identity: Identity | undefined }) {
  const [leaving, setLeaving] = useState(false);
  const name = PROVIDER_NAMES[provider];
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-3 py-3.5">
      <span className="flex size-9 shrink-0 items-center justify-center rounded-sm bg-well">
        <ProviderMark provider={provider} />
      </span>
      <div className="min-w-0 flex-1 basis-24">
        <p className="font-medium">{name}</p>
        <p className="text-sm break-words text-muted">
          {identity === undefined ? (
            'Not connected'
          ) : (
            <>
              {identity.email !== null && `${identity.email}\u00a0· `}
              Connected <Moment at={identity.linkedAt} />
            </>
          )}
        </p>
      </div>
      {identity === undefined && (
        <Button
          busy={leaving}
          onClick={() => {
            setLeaving(true);
            startLinking(provider);
          }}
        >
          Connect {name}
        </Button>
      )}
    </li>
  );
}
