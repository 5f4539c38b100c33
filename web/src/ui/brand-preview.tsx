/**
 * What a brand will look like: its sign-in page and its dashboard in small, in either palette. Drawn in the same
 * variables that the front door writes into the real page, on an element instead of the document.
 */
import { type CSSProperties, useState } from 'react';
import type { Brand } from '../../../contract/branding.ts';
import { logoSize } from '../../../contract/logo-size.ts';
import { fontFamily, type Scheme, schemeColors } from '../../../contract/theme.ts';
import { BrandField } from './brand-field.tsx';
import { draftImageAddress } from './brand-images.tsx';
import { BrandSign } from './brand-mark.tsx';
import { buttonClass } from './button.tsx';

const PAGES = { 'sign-in': 'Sign-in', dashboard: 'Dashboard' } as const;
const SCHEMES = { light: 'Light', dark: 'Dark' } as const;

export function BrandPreview({ brand }: { brand: Brand }) {
  const [page, setPage] = useState<keyof typeof PAGES>('sign-in');
  const [scheme, setScheme] = useState<Scheme>('light');
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Choice label="Page of the preview" choices={PAGES} chosen={page} onChoose={setPage} />
        <Choice label="Palette of the preview" choices={SCHEMES} chosen={scheme} onChoose={setScheme} />
      </div>
      <div
        role="img"
        aria-label={`Preview of the ${PAGES[page].toLowerCase()} page, ${scheme}`}
        className="overflow-hidden rounded-md border border-line"
      >
        <div inert style={themeOf(brand, scheme)} className="h-104 bg-page text-base text-ink">
          {page === 'sign-in' ? (
            <SignIn brand={brand} scheme={scheme} />
          ) : (
            <Dashboard brand={brand} scheme={scheme} />
          )}
        </div>
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

interface PageProps {
  brand: Brand;
  scheme: Scheme;
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

/** As `BrandSign`, with what is not published, in the palette of the preview instead of the page's. */
function Sign({ brand, scheme, size }: PageProps & { size: number }) {
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

function SignIn({ brand, scheme }: PageProps) {
  return (
    <div className="grid h-full grid-rows-[7rem_1fr] sm:grid-cols-2 sm:grid-rows-1">
      <div className="p-2 sm:order-last">
        <BrandField name={brand.name} radius={brand.radius} shape="band" />
      </div>
      <div className="flex min-w-0 flex-col justify-center gap-3 p-6">
        <div className="flex min-w-0 items-center gap-3">
          <Sign brand={brand} scheme={scheme} size={36} />
        </div>
        <p className="text-xl font-semibold tracking-tight break-words">{brand.signInHeadline}</p>
        {brand.tagline !== null && <p className="text-muted">{brand.tagline}</p>}
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

function Dashboard({ brand, scheme }: PageProps) {
  return (
    <div className="grid h-full grid-cols-[8.5rem_1fr]">
      <div className="flex min-w-0 flex-col gap-3 border-e border-line p-3">
        <p className="flex items-center gap-2 text-sm font-semibold">
          <Sign brand={brand} scheme={scheme} size={24} />
        </p>
        <div className="flex flex-col gap-0.5 text-sm">
          <span className="rounded-sm bg-primary-soft px-2 py-1.5 font-medium text-on-primary-soft">
            Dashboard
          </span>
          <span className="px-2 py-1.5 text-muted">Profile</span>
          <span className="px-2 py-1.5 text-muted">Sessions</span>
        </div>
      </div>
      <div className="flex min-w-0 flex-col gap-4 p-5">
        <p className="text-xl font-semibold tracking-tight">Good morning</p>
        <div className="rounded-md border border-line bg-raised p-4">
          <p className="font-medium">Usage</p>
          <div className="mt-3 h-2 overflow-hidden rounded-full bg-well">
            <div className="h-full w-2/3 bg-primary-edge" />
          </div>
          <p className="mt-2 text-sm text-muted">642 of 1,000 this month</p>
        </div>
        <div className="flex flex-wrap items-center gap-3">
          <span className={buttonClass('primary')}>Save</span>
          <span className={buttonClass('secondary')}>Cancel</span>
          <span className="outline-2 outline-offset-2 outline-focus">
            <span className="text-link">Focused link</span>
          </span>
        </div>
      </div>
    </div>
  );
}
