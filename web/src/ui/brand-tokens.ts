/** What the parts of a brand are called, in the form, in history and when two admins meet. */
import type { Font, Palette } from '../../../contract/branding.ts';

export const FONT_NAMES: Record<Font, string> = {
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
export const COLOR_NAMES: Record<keyof Palette, string> = {
  primary: 'Primary',
  accent: 'Accent',
  surface: 'Surface',
  text: 'Text',
};
const TOKEN_NAMES: Readonly<Record<string, string>> = {
  '/name': 'Name',
  '/tagline': 'Tagline',
  '/description': 'Description',
  '/monogram': 'Monogram',
  '/radius': 'Corner radius',
  '/font': 'Font',
  '/signInHeadline': 'Sign-in headline',
  '/mailSenderName': 'Mail sender',
  '/supportEmail': 'Support email',
  '/supportUrl': 'Support page',
  '/termsUrl': 'Terms',
  '/privacyUrl': 'Privacy policy',
  '/images/logo': 'Logo',
  '/images/logoDark': 'Logo, dark',
  '/images/favicon': 'Favicon',
  '/images/faviconDark': 'Favicon, dark',
  '/images/appIcon': 'App icon',
  '/customCss': 'Custom CSS',
  '/poweredBy': 'Powered by',
};

/** `/colors/dark/primary` → `Primary, dark`. */
export function tokenName(pointer: string): string {
  const [, group, scheme = '', key = ''] = pointer.split('/');
  if (group === 'colors') return `${COLOR_NAMES[key as keyof Palette] ?? key}, ${scheme}`;
  return TOKEN_NAMES[pointer] ?? pointer.slice(1).replaceAll('/', ' ');
}
