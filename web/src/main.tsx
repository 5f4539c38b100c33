/** Starts the app: one query client, one router, the brand's font on its way, tabs in step. */
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createBrowserRouter } from 'react-router';
import { RouterProvider } from 'react-router/dom';
import { boot } from './api/boot.ts';
import { meQuery } from './api/queries.ts';
import { createQueryClient } from './api/query-client.ts';
import { followOtherTabs, wasSignedIn } from './api/session.ts';
import { reloadOnNewRelease } from './new-release.ts';
import { createRoutes } from './routes.tsx';
import './theme.css';
import { followThemeChoice } from './ui/theme-choice.ts';

// A refused callback: its code and state leave the address bar before anything else happens.
if (boot.problem !== null && location.pathname.startsWith('/auth/')) {
  history.replaceState(null, '', wasSignedIn() ? '/profile' : '/sign-in');
}

followThemeChoice();
reloadOnNewRelease();

const queryClient = createQueryClient();
followOtherTabs(queryClient, () => queryClient.getQueryData(meQuery.queryKey)?.member.id ?? null);

const root = document.getElementById('root');
if (root === null) throw new Error('The page came without its root element');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={createBrowserRouter(createRoutes(queryClient))} />
    </QueryClientProvider>
  </StrictMode>,
);
