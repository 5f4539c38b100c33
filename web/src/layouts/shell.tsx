/** The frame of every page for members: rail on wide screens, top bar and sheet below, palette, offline notice. */
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { Outlet, useNavigation } from 'react-router';
import { useBoot } from '../api/boot.ts';
import { wordingForError } from '../api/error-wording.ts';
import { ErrorNote } from '../ui/error-note.tsx';
import { PoweredBy } from '../ui/powered-by.tsx';
import { Loading, Skeleton } from '../ui/skeleton.tsx';
import { OfflineNotice } from './offline-notice.tsx';
import { Rail } from './rail.tsx';
import { useSignOut, useSignOutFailure } from './sign-out.ts';
import { TopBar } from './top-bar.tsx';

const CommandPalette = lazy(async () => ({
  default: (await import('./command-palette.tsx')).CommandPalette,
}));

export function Shell() {
  const [palette, setPalette] = useState<'unused' | 'open' | 'closed'>('unused');
  const openPalette = () => setPalette('open');
  const frame = useRef<HTMLDivElement>(null);

  useEffect(() => {
    // The keys of the document that this is drawn in: a preview of it hears none.
    const keys = frame.current?.ownerDocument;
    const onKey = (event: KeyboardEvent) => {
      if (
        event.key.toLowerCase() !== 'k' ||
        !(event.metaKey || event.ctrlKey) ||
        event.altKey ||
        event.shiftKey
      )
        return;
      event.preventDefault();
      setPalette((state) => (state === 'open' ? 'closed' : 'open'));
    };
    keys?.addEventListener('keydown', onKey);
    return () => keys?.removeEventListener('keydown', onKey);
  }, []);

  return (
    <div
      ref={frame}
      className="min-h-dvh lg:grid lg:grid-cols-[15.5rem_minmax(0,1fr)] lg:grid-rows-[1fr_auto]"
    >
      <a
        href="#main"
        className="fixed start-4 top-3 z-50 -translate-y-20 rounded-sm bg-primary px-4 py-2 font-medium text-on-primary focus:translate-y-0"
      >
        Skip to content
      </a>
      <Rail onSearch={openPalette} />
      <TopBar onSearch={openPalette} />
      <main
        id="main"
        tabIndex={-1}
        className="mx-auto w-full max-w-[75rem] px-4 pt-8 pb-20 sm:px-6 lg:px-10 lg:pt-12"
      >
        <OfflineNotice />
        <SignOutFailure />
        <Suspense fallback={<PageSkeleton />}>
          <Outlet />
        </Suspense>
      </main>
      <PoweredBy by={useBoot().poweredBy} className="px-4 pb-6 sm:px-6 lg:col-start-2 lg:px-10" />
      <Progress />
      {palette !== 'unused' && (
        <Suspense fallback={null}>
          <CommandPalette open={palette === 'open'} onClose={() => setPalette('closed')} />
        </Suspense>
      )}
    </div>
  );
}

function SignOutFailure() {
  const failure = useSignOutFailure();
  const signOut = useSignOut();
  if (failure === null) return null;
  return (
    <div className="mb-6">
      <ErrorNote
        {...wordingForError(failure)}
        title="You are still signed in"
        requestId={failure.requestId}
        onRetry={signOut}
      />
    </div>
  );
}

function PageSkeleton() {
  return (
    <Loading label="Loading the page">
      <Skeleton className="h-8 w-64" />
      <Skeleton className="mt-3 h-4 w-44" />
    </Loading>
  );
}

/** A hairline at the top while the next page is on its way, if that takes a moment. */
function Progress() {
  const { state } = useNavigation();
  if (state === 'idle') return null;
  return (
    <div aria-hidden className="fixed inset-x-0 top-0 z-40 h-0.5 animate-appear-late overflow-hidden">
      <div className="h-full w-full animate-pulse bg-primary" />
    </div>
  );
}
