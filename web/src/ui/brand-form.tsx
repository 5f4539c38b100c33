/** The fields of a brand, in groups. What is left empty is inherited and shown as a placeholder. Knows no server. */
import { type ReactNode, useId } from 'react';
import {
  type BrandConfig,
  FONTS,
  type Font,
  MAX_RADIUS_PX,
  type Palette,
  resolveBrand,
} from '../../../contract/branding.ts';
import type { ContrastFailure } from '../../../contract/contrast.ts';
import { fontFamily } from '../../../contract/theme.ts';
import { Button } from './button.tsx';
import { Section } from './section.tsx';

type TextKey =
  | 'name'
  | 'tagline'
  | 'description'
  | 'monogram'
  | 'signInHeadline'
  | 'mailSenderName'
  | 'supportEmail'
  | 'supportUrl'
  | 'termsUrl'
  | 'privacyUrl';

const FONT_NAMES: Record<Font, string> = {
  'instrument-sans': 'Instrument Sans',
  geist: 'Geist',
  figtree: 'Figtree',
  system: 'The reader’s system font',
  inter: 'Inter',
  manrope: 'Manrope',
  'dm-sans': 'DM Sans',
  'plus-jakarta-sans': 'Plus Jakarta Sans',
  'space-grotesk': 'Space Grotesk',
  'source-serif-4': 'Source Serif 4',
  lora: 'Lora',
};
const COLOR_NAMES: Record<keyof Palette, string> = {
  primary: 'Primary',
  accent: 'Accent',
  surface: 'Surface',
  text: 'Text',
};
const INPUT =
  'w-full min-h-9 rounded-sm border border-line-strong/60 bg-raised px-2.5 py-1.5 placeholder:text-muted aria-invalid:border-danger-solid coarse:min-h-11';

interface BrandFormProps {
  tenantName: string;
  config: BrandConfig;
  /** Pointers of what is not valid. */
  invalid: ReadonlySet<string>;
  failures: readonly ContrastFailure[];
  onChange: (config: BrandConfig) => void;
}

export function BrandForm({ tenantName, config, invalid, failures, onChange }: BrandFormProps) {
  const inherited = resolveBrand(tenantName, { ...config, colors: {} });
  const text = (key: TextKey, label: string, hint: string, placeholder: string | null, longest: number) => (
    <TextField
      label={label}
      hint={hint}
      value={config[key] ?? ''}
      placeholder={placeholder ?? ''}
      invalid={invalid.has(`/${key}`)}
      longest={longest}
      onChange={(value) => {
        const { [key]: _dropped, ...rest } = config;
        onChange(value === '' ? rest : { ...rest, [key]: value });
      }}
    />
  );
  const { name, monogram, signInHeadline, description } = resolveBrand(config.name ?? tenantName, {
    ...(config.tagline === undefined ? {} : { tagline: config.tagline }),
  });
  return (
    <form className="flex flex-col gap-10" onSubmit={(event) => event.preventDefault()} noValidate>
      <Section title="Identity">
        {text('name', 'Name', 'One line, at most 60 characters.', tenantName, 60)}
        {text('tagline', 'Tagline', 'One line, at most 120 characters.', null, 120)}
        {text(
          'description',
          'Description',
          'For search engines and shared links, at most 200 characters.',
          description,
          200,
        )}
        {text('monogram', 'Monogram', 'One or two characters for the mark.', monogram, 2)}
      </Section>
      {(['light', 'dark'] as const).map((scheme) => (
        <Section
          key={scheme}
          title={scheme === 'light' ? 'Light colours' : 'Dark colours'}
          description={
            scheme === 'light'
              ? 'Hovers, borders and muted text are derived from these.'
              : 'Left empty, they are derived from the light ones so that they can be read.'
          }
        >
          {(Object.keys(COLOR_NAMES) as (keyof Palette)[]).map((key) => (
            <ColorField
              key={key}
              label={COLOR_NAMES[key]}
              scheme={scheme}
              value={config.colors?.[scheme]?.[key]}
              shown={resolveBrand(tenantName, config).colors[scheme][key]}
              invalid={invalid.has(`/colors/${scheme}/${key}`)}
              failure={failures.find(({ pointer }) => pointer === `/colors/${scheme}/${key}`)}
              onChange={(value) => {
                const { [key]: _dropped, ...rest } = config.colors?.[scheme] ?? {};
                const palette = value === undefined ? rest : { ...rest, [key]: value };
                onChange({ ...config, colors: { ...config.colors, [scheme]: palette } });
              }}
            />
          ))}
        </Section>
      ))}
      <Section title="Type and shape">
        <Field label="Font">
          {(id) => (
            <select
              id={id}
              className={INPUT}
              style={{ fontFamily: fontFamily(config.font ?? inherited.font) }}
              value={config.font ?? inherited.font}
              onChange={({ target }) => onChange({ ...config, font: target.value as Font })}
            >
              {FONTS.map((font) => (
                <option key={font} value={font}>
                  {FONT_NAMES[font]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={`Corner radius: ${config.radius ?? inherited.radius} px`}>
          {(id) => (
            <input
              id={id}
              type="range"
              min={0}
              max={MAX_RADIUS_PX}
              value={config.radius ?? inherited.radius}
              onChange={({ target }) => onChange({ ...config, radius: target.valueAsNumber })}
              className="w-full"
            />
          )}
        </Field>
      </Section>
      <Section title="Signing in and mail">
        {text('signInHeadline', 'Sign-in headline', 'One line, at most 120 characters.', signInHeadline, 120)}
        {text('mailSenderName', 'Mail sender', 'Who mails come from, at most 60 characters.', name, 60)}
      </Section>
      <Section title="Links">
        {text('supportEmail', 'Support email', 'An address such as help@example.com.', null, 254)}
        {text('supportUrl', 'Support page', 'Starts with https://', null, 2048)}
        {text('termsUrl', 'Terms', 'Starts with https://', null, 2048)}
        {text('privacyUrl', 'Privacy policy', 'Starts with https://', null, 2048)}
      </Section>
    </form>
  );
}

function Field({ label, children }: { label: string; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children(id)}
    </div>
  );
}

interface TextFieldProps {
  label: string;
  hint: string;
  value: string;
  placeholder: string;
  invalid: boolean;
  longest: number;
  onChange: (value: string) => void;
}

function TextField({ label, hint, value, placeholder, invalid, longest, onChange }: TextFieldProps) {
  const hintId = useId();
  return (
    <Field label={label}>
      {(id) => (
        <>
          <input
            id={id}
            type="text"
            autoComplete="off"
            className={INPUT}
            value={value}
            placeholder={placeholder}
            maxLength={longest}
            aria-invalid={invalid || undefined}
            aria-describedby={hintId}
            onChange={({ target }) => onChange(target.value)}
          />
          <p id={hintId} className="text-sm text-muted">
            {invalid ? <Failing>Not valid. {hint}</Failing> : hint}
          </p>
        </>
      )}
    </Field>
  );
}

function Failing({ children }: { children: ReactNode }) {
  return <span className="rounded-xs bg-danger-soft px-1 py-0.5 text-danger">{children}</span>;
}

interface ColorFieldProps {
  label: string;
  scheme: 'light' | 'dark';
  value: string | undefined;
  /** What it is when nothing is set. */
  shown: string;
  invalid: boolean;
  failure: ContrastFailure | undefined;
  onChange: (value: string | undefined) => void;
}

function ColorField({ label, scheme, value, shown, invalid, failure, onChange }: ColorFieldProps) {
  const noteId = useId();
  const name = `${label}, ${scheme}`;
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex items-center gap-2.5">
        <input
          type="color"
          aria-label={`Pick ${name}`}
          className="size-9 shrink-0 cursor-pointer rounded-sm border border-line-strong/60 bg-raised p-0.5 coarse:size-11"
          value={/^#[0-9a-f]{6}$/i.test(value ?? '') ? value : shown}
          onChange={({ target }) => onChange(target.value)}
        />
        <span className="w-16 text-sm font-medium">{label}</span>
        <input
          type="text"
          aria-label={name}
          spellCheck={false}
          autoComplete="off"
          maxLength={7}
          className={`${INPUT} max-w-32 font-mono`}
          value={value ?? ''}
          placeholder={shown}
          aria-invalid={invalid || failure !== undefined || undefined}
          aria-describedby={noteId}
          onChange={({ target }) => onChange(target.value === '' ? undefined : target.value)}
        />
        {value !== undefined && (
          <Button variant="ghost" size="sm" aria-label={`Clear ${name}`} onClick={() => onChange(undefined)}>
            Clear
          </Button>
        )}
      </div>
      <div id={noteId} aria-live="polite" className="text-sm empty:hidden">
        {invalid && <Failing>Six digits, such as #0f766e.</Failing>}
        {failure !== undefined && (
          <div className="flex flex-wrap items-center gap-2">
            <Failing>
              Contrast with the surface is {failure.ratio}:1, it needs {failure.need}:1.
            </Failing>
            <Button size="sm" onClick={() => onChange(failure.nearest)}>
              Use nearest passing {failure.nearest}
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}
