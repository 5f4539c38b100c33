/**
 * The colour field beside the sign-in form: a quiet composition of tiles drawn from the brand's own name, colour and
 * corners, so that each portal has a picture of its own before it uploads one. Decoration, except for the line of text.
 */
import { fieldTiles, TILE } from '../../../contract/field-tiles.ts';

interface BrandFieldProps {
  name: string;
  /** Corner radius in CSS pixels; sharp brands get sharp tiles. */
  radius: number;
  shape: keyof typeof SHAPES;
  /** The brand's line, if it has one and there is room. */
  children?: string | null;
}

const COLUMNS = 8;
/** Beside the form, fading out above the line of text; over it, on small screens, a band of three rows. */
const SHAPES = {
  field: {
    rows: 12,
    accent: { from: 10, choices: 16 },
    fade: '[mask-image:linear-gradient(to_bottom,black_35%,transparent_78%)]',
  },
  band: { rows: 3, accent: { from: 2, choices: 9 }, fade: '' },
} as const;

export function BrandField({ name, radius, shape, children }: BrandFieldProps) {
  return (
    <div className="relative isolate flex h-full flex-col justify-end overflow-hidden rounded-field bg-field text-on-field">
      <Tiles name={name} radius={radius} shape={shape} />
      {children && (
        <p className="max-w-[26ch] p-12 text-2xl font-medium tracking-tight text-balance">{children}</p>
      )}
    </div>
  );
}

function Tiles({ name, radius, shape }: Omit<BrandFieldProps, 'children'>) {
  const { rows, accent, fade } = SHAPES[shape];
  return (
    <svg
      aria-hidden
      className={`absolute inset-0 -z-1 size-full ${fade}`}
      viewBox={`0 0 ${COLUMNS * TILE} ${rows * TILE}`}
      preserveAspectRatio="xMaxYMin slice"
    >
      {fieldTiles(name, radius, { columns: COLUMNS, rows, accent }).map(({ path, transform, weight }) => (
        <path
          key={transform}
          d={path}
          transform={transform}
          {...(weight === null
            ? { className: 'fill-accent' }
            : { fill: 'currentColor', fillOpacity: weight })}
        />
      ))}
    </svg>
  );
}
