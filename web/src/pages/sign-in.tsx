/** The front door: the brand, one button for each way in, and plain words when something did not work. */
import { useEffect, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import type { Boot } from '../../../contract/boot.ts';
import type { Provider } from '../../../contract/tenants.ts';
import { bootProblem, bootProblemSeen, useBoot } from '../api/boot.ts';
import { safeNextPath, signInPath } from '../api/next-path.ts';
import { lastProvider, startSignIn } from '../api/session.ts';
import { wordingForSignIn } from '../api/sign-in-wording.ts';
import { Alert } from '../ui/alert.tsx';
import { Badge } from '../ui/badge.tsx';
import { BrandField } from '../ui/brand-field.tsx';
import { BrandSign } from '../ui/brand-mark.tsx';
import { Button } from '../ui/button.tsx';
import { PoweredBy } from '../ui/powered-by.tsx';
import { PROVIDER_NAMES, ProviderMark } from '../ui/provider-mark.tsx';
import { RequestId } from '../ui/request-id.tsx';
import { supportHref } from '../ui/support.ts';

type Notice = { kind: 'signed-out' } | { kind: 'error'; code: string; requestId: string | null };

function readNotice(boot: Boot, query: URLSearchParams): Notice | null {
  const problem = bootProblem(boot);
  if (problem !== null) return { kind: 'error', code: problem.code, requestId: problem.requestId };
  const code = query.get('error');
  if (code !== null) return { kind: 'error', code, requestId: null };
  return query.has('signed-out') ? { kind: 'signed-out' } : null;
}

export function SignInPage() {
  const [query] = useSearchParams();
  const boot = useBoot();
  const [notice] = useState(() => readNotice(boot, query));
  const navigate = useNavigate();
  const next = safeNextPath(query.get('next'));
  const { brand } = boot;

  // The notice was for this visit; a reload or a bookmark should not repeat it.
  useEffect(() => {
    if (query.has('error') || query.has('signed-out')) void navigate(signInPath(next), { replace: true });
  }, [query, next, navigate]);
  useEffect(() => bootProblemSeen, []);

  return (
    <div className="grid min-h-dvh grid-rows-[auto_1fr] lg:grid-rows-1 lg:grid-cols-[minmax(30rem,1fr)_minmax(0,1.1fr)]">
      <div className="h-32 p-3 pb-0 sm:h-48 lg:hidden">
        <BrandField name={brand.name} radius={brand.radius} shape="band" />
      </div>
      <div className="mx-auto flex w-full max-w-[25.5rem] min-w-0 flex-col px-6 py-6 sm:py-10">
        <header className="flex min-w-0 items-center gap-3">
          <BrandSign brand={brand} size={36} />
        </header>
        <main className="flex flex-1 flex-col py-12 lg:justify-center">
          <h1 tabIndex={-1} className="text-2xl font-semibold tracking-tight">
            {brand.signInHeadline}
          </h1>
          {boot.providers.length > 0 && (
            <p className="mt-2 text-muted">
              Use an account you already have. There is no new password to remember.
            </p>
          )}
          {notice !== null && (
            <div className="mt-6">
              <NoticeAlert notice={notice} />
            </div>
          )}
          <Providers next={next} />
          <Legal />
        </main>
        <Help />
        <PoweredBy by={boot.poweredBy} className="mt-3" />
      </div>
      <aside aria-label={brand.name} className="hidden p-3 ps-0 lg:block">
        <div className="sticky top-3 h-[calc(100dvh-1.5rem)]">
          <BrandField name={brand.name} radius={brand.radius} shape="field">
            {brand.tagline}
          </BrandField>
        </div>
      </aside>
    </div>
  );
}

function NoticeAlert({ notice }: { notice: Notice }) {
  if (notice.kind === 'signed-out') return <Alert tone="success" title="You are signed out" />;
  const { title, next, tone } = wordingForSignIn(notice.code);
  return (
    <Alert tone={tone} title={title}>
      <p>{next}</p>
      {notice.requestId !== null && tone !== 'info' && (
        <div className="mt-1.5">
          <RequestId id={notice.requestId} />
        </div>
      )}
    </Alert>
  );
}

function Providers({ next }: { next: string }) {
  const boot = useBoot();
  const [leaving, setLeaving] = useState<Provider | null>(null);
  const last = lastProvider();

  // Coming back with the browser's back button finds the buttons ready again.
  useEffect(() => {
    const ready = () => setLeaving(null);
    addEventListener('pageshow', ready);
    return () => removeEventListener('pageshow', ready);
  }, []);

  if (boot.providers.length === 0) {
    return (
      <div className="mt-8 rounded-md bg-well px-4 py-3.5">
        <p className="font-medium">Signing in is not set up yet</p>
        <p className="text-sm text-muted">
          Whoever runs this portal still has to choose how people sign in. Come back a little later.
        </p>
      </div>
    );
  }
  return (
    <ul className="mt-8 flex flex-col gap-3">
      {boot.providers.map((provider) => (
        <li key={provider} className="relative">
          <Button
            size="lg"
            className="w-full"
            busy={leaving === provider}
            aria-describedby={last === provider ? 'last-used' : undefined}
            icon={<ProviderMark provider={provider} />}
            onClick={() => {
              setLeaving(provider);
              startSignIn(provider, next);
            }}
          >
            Continue with {PROVIDER_NAMES[provider]}
          </Button>
          {last === provider && boot.providers.length > 1 && (
            <span id="last-used" className="pointer-events-none absolute -top-2.5 end-3">
              <Badge tone="brand">Last used</Badge>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

function Legal() {
  const boot = useBoot();
  const { termsUrl, privacyUrl } = boot.brand;
  if (boot.providers.length === 0 || (termsUrl === null && privacyUrl === null)) return null;
  const terms = termsUrl !== null && (
    <a className="text-link" href={termsUrl}>
      terms
    </a>
  );
  const privacy = privacyUrl !== null && (
    <a className="text-link" href={privacyUrl}>
      privacy policy
    </a>
  );
  return (
    <p className="mt-6 text-sm text-muted">
      By continuing you agree to the {terms}
      {terms && privacy && ' and the '}
      {privacy}.
    </p>
  );
}

function Help() {
  const href = supportHref(useBoot().brand);
  if (href === null) return null;
  return (
    <footer className="text-sm text-muted">
      Trouble signing in?{' '}
      <a className="text-link" href={href}>
        Contact support
      </a>
    </footer>
  );
}
