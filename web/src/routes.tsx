/** The map of the app: path → layout, data, page. Each page is a chunk of its own, fetched beside its data. */
import type { QueryClient } from '@tanstack/react-query';
import { type LoaderFunctionArgs, type RouteObject, redirect } from 'react-router';
import { ApiError } from './api/api-error.ts';
import { safeNextPath, signInPath } from './api/next-path.ts';
import { meQuery, recentSignInsQuery, sessionsQuery, usageQuery } from './api/queries.ts';
import { rememberMember, wasSignedIn } from './api/session.ts';
import { FirstPaint } from './layouts/first-paint.tsx';
import { RootLayout } from './layouts/root-layout.tsx';
import { FailurePage, NotFoundPage, RootFailurePage } from './pages/failure.tsx';

export function createRoutes(queryClient: QueryClient): RouteObject[] {
  /** Members only: everybody else goes to the sign-in page, which leads back here. */
  async function member({ request }: LoaderFunctionArgs) {
    try {
      const me = await queryClient.ensureQueryData(meQuery);
      rememberMember(me.member.id);
      return null;
    } catch (error) {
      if (!(error instanceof ApiError && error.signedOut)) throw error;
      const url = new URL(request.url);
      const ended = error.code === 'session_ended' && wasSignedIn() ? error.code : undefined;
      throw redirect(signInPath(url.pathname + url.search, ended));
    }
  }

  /** Who is signed in already has no business on the sign-in page. */
  async function visitor({ request }: LoaderFunctionArgs) {
    if (!wasSignedIn()) return null;
    try {
      await queryClient.ensureQueryData(meQuery);
    } catch {
      // No session, or no answer: the sign-in page is the right one either way.
      return null;
    }
    throw redirect(safeNextPath(new URL(request.url).searchParams.get('next')));
  }

  return [
    {
      Component: RootLayout,
      ErrorBoundary: RootFailurePage,
      HydrateFallback: FirstPaint,
      children: [
        {
          path: '/sign-in',
          handle: { title: 'Sign in' },
          loader: visitor,
          lazy: async () => ({ Component: (await import('./pages/sign-in.tsx')).SignInPage }),
        },
        {
          loader: member,
          lazy: async () => ({ Component: (await import('./layouts/shell.tsx')).Shell }),
          children: [
            {
              ErrorBoundary: FailurePage,
              children: [
                {
                  path: '/',
                  handle: { title: 'Dashboard' },
                  loader: () => {
                    void queryClient.prefetchQuery(usageQuery);
                    void queryClient.prefetchQuery(recentSignInsQuery);
                    return null;
                  },
                  lazy: async () => ({ Component: (await import('./pages/dashboard.tsx')).DashboardPage }),
                },
                {
                  path: '/profile',
                  handle: { title: 'Profile' },
                  lazy: async () => ({ Component: (await import('./pages/profile.tsx')).ProfilePage }),
                },
                {
                  path: '/sessions',
                  handle: { title: 'Sessions' },
                  loader: ({ request }) => {
                    const query = new URL(request.url).searchParams;
                    const state = query.get('state') === 'all' ? 'all' : 'active';
                    void queryClient.prefetchQuery(sessionsQuery(state, query.get('cursor')));
                    return null;
                  },
                  lazy: async () => ({ Component: (await import('./pages/sessions.tsx')).SessionsPage }),
                },
                { path: '*', handle: { title: 'Not found' }, Component: NotFoundPage },
              ],
            },
          ],
        },
      ],
    },
  ];
}
