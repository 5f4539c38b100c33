/**
 * Where the files of a brand are: in the store by tenant and content, at a portal's address by what they are. The tenant
 * Worker writes them, the dispatcher serves them.
 */
import type { ImageSlot } from './branding.ts';
import type { TenantId } from './tenants.ts';

export type BrandFile = ImageSlot | 'socialCard' | 'stylesheet';

interface BrandFileFormat {
  /** At every hostname of the tenant. */
  readonly path: string;
  readonly extension: 'png' | 'css';
  readonly contentType: string;
}

const png = (path: string): BrandFileFormat => ({ path, extension: 'png', contentType: 'image/png' });

export const BRAND_FILES = {
  logo: png('/brand/logo.png'),
  logoDark: png('/brand/logo-dark.png'),
  favicon: png('/brand/favicon.png'),
  faviconDark: png('/brand/favicon-dark.png'),
  appIcon: png('/brand/app-icon.png'),
  socialCard: png('/brand/og.png'),
  stylesheet: { path: '/brand/custom.css', extension: 'css', contentType: 'text/css; charset=utf-8' },
} as const satisfies Record<BrandFile, BrandFileFormat>;

/** In pixels; 1.91:1 is what the sites that show links ask for (https://ogp.me). */
export const SOCIAL_CARD_SIZE = { width: 1200, height: 630 } as const;

/** Key in the bucket. A hash that a client names reaches only what is its own tenant's. */
export function brandFileKey(tenantId: TenantId, hash: string, extension: 'png' | 'css'): string {
  return `tenants/${tenantId}/brand/${hash}.${extension}`;
}

/** The address that names this very content, and may be kept for ever. */
export function brandFileAddress(file: BrandFile, hash: string): string {
  return `${BRAND_FILES[file].path}?v=${hash.slice(0, 16)}`;
}
