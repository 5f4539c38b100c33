/** A published brand in the size of a stamp: its page, logo or mark, and button, in its colours and corners. Decoration. */
import { useState } from 'react';
import type { BrandLook } from '../../../contract/brand-versions.ts';
import { type BrandImage, resolveBrand } from '../../../contract/branding.ts';
import { schemeColors } from '../../../contract/theme.ts';
import { draftImageAddress } from './brand-images.tsx';

const [WIDTH, HEIGHT] = [96, 64];
/** Corners of the real page are sixteen pixels at most; here everything is a third of that. */
const corner = (radius: number) => radius / 3;

interface BrandThumbnailProps {
  look: BrandLook;
  logo: BrandImage | null;
  tenantName: string;
}

export function BrandThumbnail({ look, logo, tenantName }: BrandThumbnailProps) {
  // Without its file a version still has its mark.
  const [missing, setMissing] = useState(false);
  const brand = resolveBrand(tenantName, look);
  const colors = schemeColors(brand.colors.light, 'light');
  const radius = corner(brand.radius);
  return (
    <svg
      aria-hidden="true"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      className="h-12 w-18 shrink-0 rounded-sm border border-line sm:h-16 sm:w-24"
    >
      <rect width={WIDTH} height={HEIGHT} fill={colors.surface} />
      <rect x="54" width="42" height={HEIGHT} fill={colors.field} />
      <rect x="64" y="40" width="14" height="14" rx={radius} fill={colors.accent} />
      {logo !== null && !missing ? (
        <image
          href={draftImageAddress('logo', logo.hash)}
          x="8"
          y="9"
          width="38"
          height="15"
          preserveAspectRatio="xMinYMid meet"
          onError={() => setMissing(true)}
        />
      ) : (
        <>
          <rect x="8" y="9" width="15" height="15" rx={radius * 1.2} fill={colors.primary} />
          <text
            x="15.5"
            y="16.7"
            fill={colors['on-primary']}
            fontSize={[...brand.monogram].length > 1 ? 7 : 8.5}
            fontWeight="600"
            textAnchor="middle"
            dominantBaseline="central"
          >
            {brand.monogram}
          </text>
        </>
      )}
      <rect x="8" y="30" width="32" height="3.5" rx="1" fill={colors.text} />
      <rect x="8" y="37" width="24" height="2.5" rx="1" fill={colors['text-muted']} />
      <rect x="8" y="46" width="38" height="10" rx={radius} fill={colors.primary} />
    </svg>
  );
}
