/**
 * What a brand will look like: the portal's sign-in page and its dashboard themselves, in either palette, on a desktop
 * and on a phone, scaled to the room that there is. Only seen: no hand and no key reaches what is in it.
 */
import { type ReactNode, useDeferredValue, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Brand } from '../../../contract/branding.ts';
import type { Scheme } from '../../../contract/theme.ts';
import { useBoot } from '../api/boot.ts';
import { Alert } from '../ui/alert.tsx';
import { Button } from '../ui/button.tsx';
import { Loading, Skeleton } from '../ui/skeleton.tsx';
import { type LoadRoutes, PreviewFrame } from './preview-frame.tsx';

const PAGES = { 'sign-in': 'Sign-in', dashboard: 'Dashboard' } as const;
const PATHS: Record<keyof typeof PAGES, string> = { 'sign-in': '/sign-in', dashboard: '/' };
const SCHEMES = { light: 'Light', dark: 'Dark' } as const;
const DEVICES = { desktop: 'Desktop', phone: 'Phone' } as const;
type Device = keyof typeof DEVICES;
/** In CSS pixels of the device. A desktop fills the preview, a phone stands in it. */
const SCREENS: Record<Device, { width: number; height: number }> = {
  desktop: { width: 1280, height: 800 },
  phone: { width: 390, height: 844 },
};
const PHONE_SCALE = 0.62;

interface BrandPreviewProps {
  brand: Brand;
  /** Whether the draft leaves the line about who the portal is powered by. */
  poweredBy: boolean;
  /** The draft's, as the server has checked it. */
  css: string;
  load: LoadRoutes;
}

export function BrandPreview({ brand, poweredBy, css, load }: BrandPreviewProps) {
  const [page, setPage] = useState<keyof typeof PAGES>('sign-in');
  const [scheme, setScheme] = useState<Scheme>('light');
  const [device, setDevice] = useState<Device>(() =>
    matchMedia('(min-width: 640px)').matches ? 'desktop' : 'phone',
  );
  const [state, setState] = useState<'loading' | 'ready' | 'failed'>('loading');
  const published = useBoot();
  // What is typed is drawn here when there is time for it, never before the letter in its field.
  const shown = useDeferredValue(brand);
  const boot = useMemo(
    () => ({
      ...published,
      brand: shown,
      problem: null,
      poweredBy: poweredBy ? published.poweredBy : null,
    }),
    [published, shown, poweredBy],
  );
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <Choice label="Page of the preview" choices={PAGES} chosen={page} onChoose={setPage} />
        <Choice label="Palette of the preview" choices={SCHEMES} chosen={scheme} onChoose={setScheme} />
        <Choice label="Device of the preview" choices={DEVICES} chosen={device} onChoose={setDevice} />
      </div>
      {state === 'failed' ? (
        <Alert
          tone="danger"
          title="The preview could not be drawn"
          action={
            // Not the frame alone: a browser that could not load a script does not ask for it twice.
            <Button size="sm" onClick={() => location.reload()}>
              Load this page again
            </Button>
          }
        >
          Your draft is kept. Check your connection, then load this page again.
        </Alert>
      ) : (
        <div className={device === 'desktop' ? '' : 'flex justify-center rounded-md bg-sunken py-4'}>
          <Screen
            device={device}
            label={`Preview of the ${PAGES[page].toLowerCase()} page, ${scheme}, on a ${device}`}
            loading={state === 'loading'}
          >
            <PreviewFrame
              {...{ load, boot, css, scheme, ...SCREENS[device] }}
              path={PATHS[page]}
              onReady={() => setState('ready')}
              onFailure={() => setState('failed')}
            />
          </Screen>
        </div>
      )}
    </div>
  );
}

interface ScreenProps {
  device: Device;
  label: string;
  loading: boolean;
  children: ReactNode;
}

function Screen({ device, label, loading, children }: ScreenProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(0);
  const { width, height } = SCREENS[device];
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const measure = () => setRoom(element.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const phone = device === 'phone';
  const scale = phone ? PHONE_SCALE : room / width;
  return (
    <div
      ref={frame}
      className={`relative overflow-hidden border border-line ${phone ? 'rounded-[1.4rem] shadow-float' : 'w-full rounded-md'}`}
      style={{ height: height * scale, ...(phone ? { width: width * scale } : {}) }}
    >
      <div
        role="img"
        aria-label={label}
        className={`absolute top-0 left-0 transition-opacity ${loading ? 'opacity-0' : ''}`}
        style={{ width, height, scale, transformOrigin: 'top left' }}
      >
        {children}
      </div>
      {loading && (
        <Loading label="Loading the preview">
          <Skeleton className="absolute inset-0" />
        </Loading>
      )}
    </div>
  );
}

interface ChoiceProps<Key extends string> {
  label: string;
  choices: Readonly<Record<Key, string>>;
  chosen: Key;
  onChoose: (key: Key) => void;
}

function Choice<Key extends string>({ label, choices, chosen, onChoose }: ChoiceProps<Key>) {
  return (
    <fieldset className="flex gap-0.5 rounded-md bg-sunken p-0.5">
      <legend className="sr-only">{label}</legend>
      {(Object.keys(choices) as Key[]).map((key) => (
        <button
          key={key}
          type="button"
          aria-pressed={key === chosen}
          onClick={() => onChoose(key)}
          className="inline-flex min-h-8 items-center rounded-sm px-3 text-sm text-muted transition-colors hover:text-ink aria-pressed:bg-raised aria-pressed:font-medium aria-pressed:text-ink aria-pressed:ring-1 aria-pressed:ring-line coarse:min-h-11"
        >
          {choices[key]}
        </button>
      ))}
    </fieldset>
  );
}
