/** How a brand signs: its logo, or its monogram on its colour, with its corners, beside its name. */
import { createContext, useContext } from 'react';
import type { Brand, BrandImage } from '../../../contract/branding.ts';
import { logoSize } from '../../../contract/logo-size.ts';

/** Where a logo is. As `brandFileAddress` of contract/brand-files.ts for these two, without the list of the others. */
export const LogoAddress = createContext(
  (slot: 'logo' | 'logoDark', hash: string) =>
    `/brand/logo${slot === 'logo' ? '' : '-dark'}.png?v=${hash.slice(0, 16)}`,
);

interface BrandSignProps {
  brand: Pick<Brand, 'name' | 'monogram' | 'images'>;
  /** Edge of the mark in pixels; a logo gets about its weight. */
  size?: number;
}

export function BrandSign({ brand: { name, monogram, images }, size = 28 }: BrandSignProps) {
  const address = useContext(LogoAddress);
  const { logo, logoDark } = images;
  if (logo === undefined) {
    return (
      <>
        <span
          aria-hidden
          className="mark"
          style={{ width: size, fontSize: Math.round(size * ([...monogram].length > 1 ? 0.42 : 0.5)) }}
        >
          {monogram}
        </span>
        <span
          className={`line-clamp-2 min-w-0 font-semibold leading-5 tracking-tight ${size > 28 ? 'text-lg/5' : ''}`}
          title={name}
        >
          {name}
        </span>
      </>
    );
  }
  const picture = (image: BrandImage, look: string, slot: 'logo' | 'logoDark' = 'logo') => (
    <img src={address(slot, image.hash)} alt={name} {...logoSize(image, size)} className={`logo ${look}`} />
  );
  // A light logo stands on light ground in the dark, where its letters might be dark as well.
  if (logoDark === undefined) return picture(logo, 'logo-ground');
  return (
    <>
      {picture(logo, 'dark:hidden')}
      {picture(logoDark, 'hidden dark:block', 'logoDark')}
    </>
  );
}
