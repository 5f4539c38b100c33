/** The branding page and the pages that its preview shows, put together here as in routes.tsx: pages know no pages. */
import type { RouteObject } from 'react-router';
import { BrandingPage } from './pages/branding.tsx';

async function loadPreviewed(): Promise<RouteObject[]> {
  const [{ SignInPage }, { Shell }, { DashboardPage }] = await Promise.all([
    import('./pages/sign-in.tsx'),
    import('./layouts/shell.tsx'),
    import('./pages/dashboard.tsx'),
  ]);
  return [
    { path: '/sign-in', Component: SignInPage },
    { Component: Shell, children: [{ path: '/', Component: DashboardPage }] },
  ];
}

export function PreviewedBrandingPage() {
  return <BrandingPage loadPreviewed={loadPreviewed} />;
}
