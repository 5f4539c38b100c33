/**
 * The map of the app: path → layout, data, page. Each page is a chunk of its own. For members it is fetched beside its
 * data; for visitors nothing is fetched but the sign-in page, to which they are on their way.
 */
import type { QueryClient } from '@tanstack/react-query';
import { lazy } from 'react';
import { type LoaderFunctionArgs, type RouteObject, redirect } from 'react-router';
import type { Permission } from '../../contract/tenants.ts';
import { ApiError } from './api/api-error.ts';
import { safeNextPath, signInPath } from './api/next-path.ts';
import { may } from './api/permissions.ts';
import { meQuery, recentSignInsQuery, sessionsQuery, usageQuery } from './api/queries.ts';
import { rememberMember, wasSignedIn } from './api/session.ts';
import { FirstPaint } from './layouts/first-paint.tsx';
import { RootLayout } from './layouts/root-layout.tsx';
import { FailurePage, NotFoundPage, RootFailurePage } from './pages/failure.tsx';

const loadSignIn = () => import('./pages/sign-in.tsx');
const loadShell = () => import('./layouts/shell.tsx');
const loadDashboard = () => import('./pages/dashboard.tsx');
const loadProfile = () => import('./pages/profile.tsx');
const loadSessions = () => import('./pages/sessions.tsx');
const loadInvitations = () => import('./pages/invitations.tsx');
const loadBranding = () => import('./previewed-branding.tsx');
const loadSignInSettings = () => import('./pages/sign-in-settings.tsx');
const loadMembers = () => import('./pages/members.tsx');

const loadMembersQueries = () => import('./api/members-queries.ts');
const loadOAuthClientQueries = () => import('./api/oauth-client-queries.ts');

const SignInPage = lazy(async () => ({ default: (await loadSignIn()).SignInPage }));
const Shell = lazy(async () => ({ default: (await loadShell()).Shell }));
const DashboardPage = lazy(async () => ({ default: (await loadDashboard()).DashboardPage }));
const ProfilePage = lazy(async () => ({ default: (await loadProfile()).ProfilePage }));
const BrandingPage = lazy(async () => ({ default: (await loadBranding()).PreviewedBrandingPage }));
const MembersPage = lazy(async () => ({ default: (await loadMembers()).MembersPage }));
const SessionsPage = lazy(async () => ({ default: (await loadSessions()).SessionsPage }));
const InvitationsPage = lazy(async () => ({ default: (await loadInvitations()).InvitationsPage }));

const SignInSettingsPage = lazy(async () => ({ default: (await loadSignInSettings()).SignInSettingsPage }));

/** Starts what the next picture needs. What fails here fails again, and is shown, where it is used. */
function ahead(...loads: (() => Promise<unknown>)[]): void {
  for (const load of loads) load().catch(() => {});
}

export function createRoutes(queryClient: QueryClient): RouteObject[] {
  /** Members only: everybody else goes to the sign-in page, which leads back here. */
  async function member({ request }: LoaderFunctionArgs) {
    ahead(wasSignedIn() ? loadShell : loadSignIn);
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
    ahead(loadSignIn);
    if (!wasSignedIn()) return null;
    try {
      await queryClient.ensureQueryData(meQuery);
    } catch {
      // No session, or no answer: the sign-in page is the right one either way.
      return null;
    }
    throw redirect(safeNextPath(new URL(request.url).searchParams.get('next')));
  }

  function page(...loads: (() => Promise<unknown>)[]) {
    if (wasSignedIn()) ahead(...loads);
    return null;
  }

  /** As `page`, and for members with this permission alone: others are told, and nothing is asked in their name. */
  async function permittedPage(permission: Permission, ...loads: (() => Promise<unknown>)[]) {
    // Without a session the layout's loader leads to the sign-in page.
    const me = await queryClient.ensureQueryData(meQuery).catch(() => null);
    if (me === null) return null;
    if (!may(me.member, permission)) throw new ApiError('permission_denied', 403, null);
    return page(...loads);
  }

  return [
    {
      Component: RootLayout,
      ErrorBoundary: RootFailurePage,
      HydrateFallback: FirstPaint,
      children: [
        { path: '/sign-in', handle: { title: 'Sign in' }, loader: visitor, Component: SignInPage },
        {
          loader: member,
          Component: Shell,
          children: [
            {
              ErrorBoundary: FailurePage,
              children: [
                {
                  path: '/',
                  handle: { title: 'Dashboard' },
                  loader: () =>
                    page(
                      loadDashboard,
                      () => queryClient.prefetchQuery(usageQuery),
                      () => queryClient.prefetchQuery(recentSignInsQuery),
                    ),
                  Component: DashboardPage,
                },
                {
                  path: '/profile',
                  handle: { title: 'Profile' },
                  loader: () => page(loadProfile),
                  Component: ProfilePage,
                },
                {
                  path: '/sessions',
                  handle: { title: 'Sessions' },
                  loader: ({ request }) => {
                    const query = new URL(request.url).searchParams;
                    const state = query.get('state') === 'all' ? 'all' : 'active';
                    const sessions = sessionsQuery(state, query.get('cursor'));
                    return page(loadSessions, () => queryClient.prefetchQuery(sessions));
                  },
                  Component: SessionsPage,
                },
                {
                  path: '/invitations',
                  handle: { title: 'Invitations' },
                  loader: () => permittedPage('members', loadInvitations),
                  Component: InvitationsPage,
                },
                {
                  path: '/branding',
                  handle: { title: 'Branding' },
                  loader: () => permittedPage('branding', loadBranding),
                  Component: BrandingPage,
                },
                {
                  path: '/settings/sign-in',
                  handle: { title: 'Sign-in' },
                  loader: () =>
                    permittedPage('domains', loadSignInSettings, async () =>
                      queryClient.prefetchQuery((await loadOAuthClientQueries()).oauthClientsQuery),
                    ),
                  Component: SignInSettingsPage,
                },
                {
                  path: '/members',
                  handle: { title: 'Members' },
                  loader: ({ request }) => {
                    const address = new URL(request.url).searchParams;
                    return permittedPage('members', loadMembers, async () =>
                      queryClient.prefetchQuery((await loadMembersQueries()).membersQuery(address)),
                    );
                  },
                  Component: MembersPage,
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
