/** The fields of a brand, in groups. What is left empty is inherited and shown as a placeholder. Knows no server. */

import type { ReactNode } from 'react';
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
import { COLOR_NAMES, FONT_NAMES } from './brand-tokens.ts';
import { ColorField } from './color-field.tsx';
import { FIELD, LabelledField } from './labelled-field.tsx';
import { Section } from './section.tsx';
import { TextField } from './text-field.tsx';

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

interface BrandFormProps {
  tenantName: string;
  config: BrandConfig;
  /** Pointers of what is not valid. */
  invalid: ReadonlySet<string>;
  failures: readonly ContrastFailure[];
  onChange: (config: BrandConfig) => void;
  /** The section of pictures. */
  images: ReactNode;
}

export function BrandForm({ tenantName, config, invalid, failures, onChange, images }: BrandFormProps) {
  const inherited = resolveBrand(tenantName, { ...config, colors: {} });
  const text = (key: TextKey, label: string, hint: string, placeholder: string | null, longest: number) => (
    <TextField
      label={label}
      hint={hint}
      value={config[key] ?? ''}
      placeholder={placeholder ?? ''}
      error={invalid.has(`/${key}`) ? 'Not valid.' : null}
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
      {images}
      <Section
        title="Colours"
        description="Hovers, borders and muted text are derived from these. Dark ones left empty are derived from the light ones so that they can be read."
      >
        <div className="grid gap-x-8 gap-y-6 lg:grid-cols-2 xl:grid-cols-1">
          {(['light', 'dark'] as const).map((scheme) => (
            <fieldset key={scheme} className="flex min-w-0 flex-col gap-3">
              <legend className="mb-2 font-medium">{scheme === 'light' ? 'Light' : 'Dark'}</legend>
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
            </fieldset>
          ))}
        </div>
      </Section>
      <Section title="Type and shape">
        <LabelledField label="Font">
          {(control) => (
            <select
              {...control}
              className={FIELD}
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
        </LabelledField>
        <LabelledField label={`Corner radius: ${config.radius ?? inherited.radius} px`}>
          {(control) => (
            <input
              {...control}
              type="range"
              min={0}
              max={MAX_RADIUS_PX}
              value={config.radius ?? inherited.radius}
              onChange={({ target }) => onChange({ ...config, radius: target.valueAsNumber })}
              className="w-full"
            />
          )}
        </LabelledField>
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
