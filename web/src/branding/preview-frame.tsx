/**
 * The portal's real pages in a frame, in a draft's brand. The frame has a window of its own, so that media queries,
 * viewport units and custom CSS apply to it as they do to a page; and a React root and a router of its own, which lead
 * nowhere. What the pages ask the server is asked once for them and for the page around them.
 */
import { type QueryClient, QueryClientProvider, useQueryClient } from '@tanstack/react-query';
import { startTransition, useEffect, useRef, useState } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { createMemoryRouter, type RouteObject } from 'react-router';
import { RouterProvider } from 'react-router/dom';
import type { Boot } from '../../../contract/boot.ts';
import type { Scheme } from '../../../contract/theme.ts';
import { BootContext } from '../api/boot.ts';
import { draftImageAddress } from '../ui/brand-images.tsx';
import { LogoAddress } from '../ui/brand-mark.tsx';
import { openPreviewDocument, PREVIEW_PAGE, type PreviewDocument } from './preview-document.ts';

/** The routes of what can be previewed, with their pages loaded. */
export type LoadRoutes = () => Promise<RouteObject[]>;

interface PreviewFrameProps {
  load: LoadRoutes;
  path: string;
  boot: Boot;
  /** Checked by the server. */
  css: string;
  scheme: Scheme;
  /** In CSS pixels of the device. */
  width: number;
  height: number;
  onReady: () => void;
  onFailure: () => void;
}

interface Opened {
  readonly page: PreviewDocument;
  readonly root: Root;
  readonly router: ReturnType<typeof createMemoryRouter>;
}

export function PreviewFrame(props: PreviewFrameProps) {
  const { load, path, boot, css, scheme, width, height, onReady, onFailure } = props;
  const queryClient = useQueryClient();
  const frame = useRef<HTMLIFrameElement>(null);
  const [opened, setOpened] = useState<Opened | null>(null);

  async function open() {
    const target = frame.current;
    if (target === null) return;
    try {
      const [page, routes] = await Promise.all([openPreviewDocument(target), load()]);
      // Left meanwhile.
      if (frame.current !== target) return;
      const router = createMemoryRouter([{ errorElement: <Failed tell={onFailure} />, children: routes }], {
        initialEntries: [path],
      });
      setOpened({ page, root: createRoot(page.root), router });
    } catch {
      // Told, with a way to try again; what is drafted does not depend on it.
      onFailure();
    }
  }

  useEffect(() => {
    if (opened === null) return;
    return () => {
      opened.router.dispose();
      // React does not take a root down in the middle of its own work.
      setTimeout(() => opened.root.unmount());
    };
  }, [opened]);
  useEffect(() => opened?.page.show(scheme), [opened, scheme]);
  useEffect(() => opened?.page.style(css), [opened, css]);
  useEffect(() => {
    if (opened !== null && opened.router.state.location.pathname !== path) void opened.router.navigate(path);
  }, [opened, path]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever waits for it is told of every picture.
  useEffect(() => {
    if (opened === null) return;
    opened.page.wear(boot.brand);
    startTransition(() =>
      opened.root.render(<Pages {...{ boot, queryClient, router: opened.router, onReady }} />),
    );
  }, [opened, boot, queryClient]);

  return (
    <iframe
      ref={frame}
      title="Preview"
      srcDoc={PREVIEW_PAGE}
      tabIndex={-1}
      onLoad={() => void open()}
      style={{ width, height, colorScheme: scheme }}
      className="block border-0"
    />
  );
}

interface PagesProps {
  boot: Boot;
  queryClient: QueryClient;
  router: Opened['router'];
  onReady: () => void;
}

function Pages({ boot, queryClient, router, onReady }: PagesProps) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, with the first picture.
  useEffect(onReady, []);
  return (
    <QueryClientProvider client={queryClient}>
      <BootContext value={boot}>
        <LogoAddress value={draftImageAddress}>
          <RouterProvider router={router} />
        </LogoAddress>
      </BootContext>
    </QueryClientProvider>
  );
}

/** In the place of a page that cannot be drawn; the words stand around the frame, where they can be read. */
function Failed({ tell }: { tell: () => void }) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: once.
  useEffect(tell, []);
  return null;
}
