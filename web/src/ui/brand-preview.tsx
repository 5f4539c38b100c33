/**
 * What a brand will look like: its sign-in page and its dashboard in small, in either palette, on a desktop and on a
 * phone. Laid out in the size of those and scaled, so that proportions are the real ones. Drawn in the same
 * variables that the front door writes into the real page, on an element instead of the document.
 */
import { type CSSProperties, type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import type { Brand } from '../../../contract/branding.ts';
import { logoSize } from '../../../contract/logo-size.ts';
import { fontFamily, type Scheme, schemeColors } from '../../../contract/theme.ts';
import { BrandField } from './brand-field.tsx';
import { draftImageAddress } from './brand-images.tsx';
import { BrandSign } from './brand-mark.tsx';
import { buttonClass } from './button.tsx';

const PAGES = { 'sign-in': 'Sign-in', dashboard: 'Dashboard' } as const;
const SCHEMES = { light: 'Light', dark: 'Dark' } as const;
const DEVICES = { desktop: 'Desktop', phone: 'Phone' } as const;
type Device = keyof typeof DEVICES;
/** In CSS pixels of the device. A desktop fills the preview, a phone stands in it. */
const SCREENS: Record<Device, { width: number; height: number }> = {
  desktop: { width: 880, height: 600 },
  phone: { width: 390, height: 780 },
};
const PHONE_SCALE = 0.62;

export function BrandPreview({ brand }: { brand: Brand }) {
  const [page, setPage] = useState<keyof typeof PAGES>('sign-in');
  const [scheme, setScheme] = useState<Scheme>('light');
  const [device, setDevice] = useState<Device>(() =>
    matchMedia('(min-width: 640px)').matches ? 'desktop' : 'phone',
  );
  const wide = device === 'desktop';
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-x-5 gap-y-1">
        <Choice label="Page of the preview" choices={PAGES} chosen={page} onChoose={setPage} />
        <Choice label="Palette of the preview" choices={SCHEMES} chosen={scheme} onChoose={setScheme} />
        <Choice label="Device of the preview" choices={DEVICES} chosen={device} onChoose={setDevice} />
      </div>
      <div
        role="img"
        aria-label={`Preview of the ${PAGES[page].toLowerCase()} page, ${scheme}, on a ${device}`}
        className={wide ? '' : 'flex justify-center rounded-md bg-sunken py-4'}
      >
        <Screen device={device}>
          <div inert style={themeOf(brand, scheme)} className="h-full bg-page text-base text-ink">
            {page === 'sign-in' ? (
              <SignIn brand={brand} scheme={scheme} wide={wide} />
            ) : (
              <Dashboard brand={brand} scheme={scheme} wide={wide} />
            )}
          </div>
        </Screen>
      </div>
    </div>
  );
}

function Screen({ device, children }: { device: Device; children: ReactNode }) {
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
      <div className="absolute top-0 left-0" style={{ width, height, scale, transformOrigin: 'top left' }}>
        {children}
      </div>
    </div>
  );
}

function themeOf(brand: Brand, scheme: Scheme): CSSProperties {
  const colors = schemeColors(brand.colors[scheme], scheme);
  const variables = Object.entries(colors).map(([name, value]) => [`--brand-${name}`, value]);
  return {
    ...Object.fromEntries(variables),
    '--brand-radius': `${brand.radius}px`,
    '--brand-font': fontFamily(brand.font),
    '--well': colors[scheme === 'light' ? 'surface-sunken' : 'surface-raised'],
    fontFamily: fontFamily(brand.font),
    colorScheme: scheme,
  };
}

interface ChoiceProps<Key extends string> {
  label: string;
  choices: Readonly<Record<Key, string>>;
  chosen: Key;
  onChoose: (key: Key) => void;
}

function Choice<Key extends string>({ label, choices, chosen, onChoose }: ChoiceProps<Key>) {
  return (
    <fieldset className="flex gap-1">
      <legend className="sr-only">{label}</legend>
      {(Object.keys(choices) as Key[]).map((key) => (
        <button
          key={key}
          type="button"
          aria-pressed={key === chosen}
          onClick={() => onChoose(key)}
          className="inline-flex min-h-8 items-center rounded-sm px-3 text-sm text-muted transition-colors hover:text-ink aria-pressed:bg-well aria-pressed:font-medium aria-pressed:text-ink coarse:min-h-11"
        >
          {choices[key]}
        </button>
      ))}
    </fieldset>
  );
}

interface FaceProps {
  brand: Brand;
  scheme: Scheme;
  /** On a desktop; a phone has one column. */
  wide: boolean;
}

interface SignProps {
  brand: Brand;
  scheme: Scheme;
  size: number;
}

/** As `BrandSign`, with what is not published, in the palette of the preview instead of the page's. */
function Sign({ brand, scheme, size }: SignProps) {
  const { logo, logoDark } = brand.images;
  if (logo === undefined) return <BrandSign brand={brand} size={size} />;
  const dark = scheme === 'dark' && logoDark !== undefined;
  const image = dark ? logoDark : logo;
  return (
    <img
      src={draftImageAddress(dark ? 'logoDark' : 'logo', image.hash)}
      alt=""
      {...logoSize(image, size)}
      className={`logo ${scheme === 'dark' && !dark ? 'box-content rounded-xs bg-ink px-1.5 py-1' : ''}`}
    />
  );
}

function SignIn({ brand, scheme, wide }: FaceProps) {
  return (
    <div className={wide ? 'grid h-full grid-cols-2' : 'grid h-full grid-rows-[9rem_1fr]'}>
      <div className={wide ? 'order-last p-3' : 'p-2'}>
        <BrandField name={brand.name} radius={brand.radius} shape={wide ? 'field' : 'band'}>
          {wide ? brand.tagline : null}
        </BrandField>
      </div>
      <div className={`flex min-w-0 flex-col gap-4 ${wide ? 'justify-center px-14' : 'p-6'}`}>
        <p className="flex items-center gap-3 font-semibold">
          <Sign brand={brand} scheme={scheme} size={36} />
        </p>
        <p className="mt-4 text-2xl font-semibold tracking-tight break-words">{brand.signInHeadline}</p>
        <span className={buttonClass('secondary', 'lg')}>Continue with GitHub</span>
        <span className={buttonClass('secondary', 'lg')}>Continue with Google</span>
        {(brand.supportEmail ?? brand.supportUrl) !== null && (
          <p className="text-sm text-muted">
            Trouble signing in? <span className="text-link">Contact support</span>
          </p>
        )}
      </div>
    </div>
  );
}

function Dashboard({ brand, scheme, wide }: FaceProps) {
  return (
    <div className={wide ? 'grid h-full grid-cols-[13rem_1fr]' : 'grid h-full grid-rows-[auto_1fr]'}>
      <div
        className={`flex min-w-0 flex-col gap-5 border-line ${wide ? 'border-e px-4 py-5' : 'border-b px-4 py-3'}`}
      >
        <p className="flex items-center gap-2.5 font-semibold">
          <Sign brand={brand} scheme={scheme} size={28} />
        </p>
        {wide && (
          <div className="flex flex-col gap-0.5">
            <span className="rounded-sm bg-primary-soft px-2.5 py-1.5 font-medium text-on-primary-soft">
              Dashboard
            </span>
            <span className="px-2.5 py-1.5 text-muted">Profile</span>
            <span className="px-2.5 py-1.5 text-muted">Sessions</span>
          </div>
        )}
      </div>
      <div className={`flex min-w-0 flex-col gap-6 ${wide ? 'p-8' : 'p-4 pt-6'}`}>
        <p className="text-2xl font-semibold tracking-tight">Good morning</p>
        <div className="rounded-md border border-line bg-raised p-5">
          <p className="text-sm text-muted">Used this month</p>
          <p className="mt-1 text-xl font-semibold tabular-nums">642 of 1,000</p>
          <div className="mt-4 h-1.5 overflow-hidden rounded-full bg-well">
            <div className="h-full w-2/3 bg-primary-edge" />
          </div>
        </div>
        <div className="flex flex-wrap items-center gap-4">
          <span className={buttonClass('primary')}>Save</span>
          <span className={buttonClass('secondary')}>Cancel</span>
          <span className="outline-2 outline-offset-2 outline-focus">
            <span className="text-link">Focused link</span>
          </span>
        </div>
        <p className="max-w-[46ch] text-muted">{brand.description}</p>
      </div>
    </div>
  );
}
