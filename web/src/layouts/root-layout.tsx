/** Around every page: the title, the focus after a navigation, scroll positions, what is said to screen readers. */
import { Suspense, useEffect, useRef } from 'react';
import { Outlet, ScrollRestoration, useLocation, useMatches } from 'react-router';
import { boot } from '../api/boot.ts';
import { announce, LiveRegion } from '../ui/live-region.tsx';
import { FirstPaint } from './first-paint.tsx';

function hasTitle(handle: unknown): handle is { title: string } {
  return (
    typeof handle === 'object' && handle !== null && 'title' in handle && typeof handle.title === 'string'
  );
}

export function RootLayout() {
  const { pathname } = useLocation();
  const page = useMatches()
    .map((match) => match.handle)
    .findLast(hasTitle)?.title;
  const title = page === undefined ? boot.brand.name : `${page} · ${boot.brand.name}`;
  const shownPath = useRef(pathname);

  useEffect(() => {
    document.title = title;
  }, [title]);

  useEffect(() => {
    if (shownPath.current === pathname) return;
    shownPath.current = pathname;
    const target =
      document.querySelector<HTMLElement>('main h1') ?? document.querySelector<HTMLElement>('main');
    target?.focus({ preventScroll: true });
    announce(document.title);
  }, [pathname]);

  return (
    <>
      <Suspense fallback={<FirstPaint />}>
        <Outlet />
      </Suspense>
      <LiveRegion />
      <ScrollRestoration />
    </>
  );
}
