/** How a brand signs: its logo, or its monogram on its colour beside its name. */
import { brandFileAddress } from '../../../contract/brand-files.ts';
import type { Brand } from '../../../contract/branding.ts';
import { logoSize } from '../../../contract/logo-size.ts';

interface BrandSignProps {
  brand: Pick<Brand, 'name' | 'monogram' | 'images'>;
  /** Edge of the mark in pixels; a logo gets about its weight. */
  size?: number;
  /** Of the name in words. */
  className?: string;
  /** Where a picture is that is not published. */
  addressOf?: typeof brandFileAddress;
  /** The palette that it is shown in, where that is not the page's. */
  scheme?: 'light' | 'dark';
}

export function BrandSign({
  brand: { name, monogram, images },
  size = 28,
  className = 'line-clamp-2 leading-5',
  addressOf = brandFileAddress,
  scheme,
}: BrandSignProps) {
  const { logo, logoDark } = images;
  if (logo === undefined) {
    return (
      <>
        <BrandMark monogram={monogram} size={size} />
        <span className={`min-w-0 font-semibold tracking-tight ${className}`} title={name}>
          {name}
        </span>
      </>
    );
  }
  const picture = (slot: 'logo' | 'logoDark', look: string) => (
    <img
      src={addressOf(slot, (images[slot] ?? logo).hash)}
      alt={name}
      {...logoSize(images[slot] ?? logo, size)}
      className={`min-w-0 max-w-full object-contain ${look}`}
    />
  );
  // A light logo stands on light ground in the dark, where its letters might be dark as well.
  const ground = 'box-content rounded-xs bg-ink px-1.5 py-1';
  if (scheme === 'light') return picture('logo', '');
  if (scheme === 'dark') return logoDark === undefined ? picture('logo', ground) : picture('logoDark', '');
  if (logoDark === undefined)
    return picture('logo', 'dark:box-content dark:rounded-xs dark:bg-ink dark:px-1.5 dark:py-1');
  return (
    <>
      {picture('logo', 'dark:hidden')}
      {picture('logoDark', 'hidden dark:block')}
    </>
  );
}

interface BrandMarkProps {
  monogram: string;
  /** Edge length in pixels. */
  size?: number;
}

/** Decoration; the name stands beside it in words. */
export function BrandMark({ monogram, size = 28 }: BrandMarkProps) {
  const letters = [...monogram].length;
  return (
    <span
      aria-hidden
      className="inline-flex shrink-0 items-center justify-center bg-primary font-semibold tracking-tight text-on-primary select-none"
      style={{
        width: size,
        height: size,
        borderRadius: `min(var(--brand-radius), ${Math.round(size * 0.32)}px)`,
        fontSize: Math.round(size * (letters > 1 ? 0.42 : 0.5)),
        lineHeight: 1,
      }}
    >
      {monogram}
    </span>
  );
}
