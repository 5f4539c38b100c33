/** The pages nobody asks for: nothing here, not allowed, no connection, something broke. */
import { Compass, Lock, PauseCircle, RotateCw, TriangleAlert, WifiOff } from 'lucide-react';
import { useEffect } from 'react';
import { Link, useRevalidator, useRouteError } from 'react-router';
import { ApiError } from '../api/api-error.ts';
import { boot } from '../api/boot.ts';
import { wordingForError } from '../api/error-wording.ts';
import { BrandSign } from '../ui/brand-mark.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { FullPageNote } from '../ui/full-page-note.tsx';
import { RequestId } from '../ui/request-id.tsx';
import { supportHref } from '../ui/support.ts';

const ICON = { 'aria-hidden': true, size: 22, strokeWidth: 1.5 } as const;

export function NotFoundPage() {
  return (
    <FullPageNote icon={<Compass {...ICON} />} title="There is nothing here" actions={<ToDashboard />}>
      The link may be old, or mistyped.
    </FullPageNote>
  );
}

/** Stands in for a page whose data or code could not be had. */
export function FailurePage() {
  const thrown = useRouteError();
  const error = asApiError(thrown);
  const { title, next } = wordingForError(error);
  const denied = error.code === 'permission_denied';
  const support = supportHref(boot.brand);
  const { revalidate, state } = useRevalidator();
  const retry = () => {
    // Code that could not be fetched needs a new page; offline, that would be the browser's own error page.
    if (thrown instanceof ApiError) void revalidate();
    else if (navigator.onLine) location.reload();
  };
  useRetryWhenOnline(error.code === 'network' ? retry : null);
  return (
    <FullPageNote
      icon={<FailureIcon error={error} />}
      title={title}
      actions={
        denied ? (
          <ToDashboard />
        ) : (
          <>
            <Button
              variant="primary"
              busy={state === 'loading'}
              icon={<RotateCw aria-hidden size={16} strokeWidth={1.75} />}
              onClick={retry}
            >
              Try again
            </Button>
            {support !== null && (
              <a className={buttonClass()} href={support}>
                Contact support
              </a>
            )}
          </>
        )
      }
      foot={error.requestId === null ? undefined : <RequestId id={error.requestId} />}
    >
      {next}
    </FullPageNote>
  );
}

/** The same where not even the frame could be drawn. */
export function RootFailurePage() {
  return (
    <>
      <header className="flex items-center gap-2.5 px-6 py-5">
        <BrandSign brand={boot.brand} />
      </header>
      <main>
        <FailurePage />
      </main>
    </>
  );
}

function useRetryWhenOnline(retry: (() => void) | null): void {
  useEffect(() => {
    if (retry === null) return;
    addEventListener('online', retry);
    return () => removeEventListener('online', retry);
  }, [retry]);
}

/** A chunk of the app that cannot be fetched looks like any failed fetch: to the visitor it is a connection problem. */
function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  if (thrown instanceof TypeError && /import|fetch|load/i.test(thrown.message)) {
    return new ApiError('network', 0, null, null, { cause: thrown });
  }
  return new ApiError('internal_error', 0, null, null, { cause: thrown });
}

function FailureIcon({ error }: { error: ApiError }) {
  switch (error.code) {
    case 'network':
      return <WifiOff {...ICON} />;
    case 'permission_denied':
      return <Lock {...ICON} />;
    case 'tenant_suspended':
    case 'tenant_unavailable':
      return <PauseCircle {...ICON} />;
    default:
      return <TriangleAlert {...ICON} />;
  }
}

function ToDashboard() {
  return (
    <Link className={buttonClass('primary')} to="/">
      Go to the dashboard
    </Link>
  );
}
