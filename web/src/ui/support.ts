/** Where help is to be had: the brand's support page, else its mailbox. */
import type { Brand } from '../../../contract/branding.ts';

export function supportHref(brand: Pick<Brand, 'supportEmail' | 'supportUrl'>): string | null {
  if (brand.supportUrl !== null) return brand.supportUrl;
  return brand.supportEmail === null ? null : `mailto:${brand.supportEmail}`;
}
