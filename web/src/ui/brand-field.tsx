/**
 * The colour field beside the sign-in form: a quiet composition of tiles drawn from the brand's own name, colour and
 * corners, so that each portal has a picture of its own before it uploads one. Decoration, except for the line of text.
 */
interface BrandFieldProps {
  name: string;
  /** Corner radius in CSS pixels; sharp brands get sharp tiles. */
  radius: number;
  shape: keyof typeof SHAPES;
  /** The brand's line, if it has one and there is room. */
  children?: string | null;
}

const COLUMNS = 8;
const TILE = 100;
const WEIGHTS = [0.05, 0.08, 0.12] as const;
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
  const random = numbersFrom(name);
  const { rows, accent, fade } = SHAPES[shape];
  // The first tile from here on wears the accent; it is the only one.
  let accentFrom = accent.from + Math.floor(random() * accent.choices);
  const tiles = [];
  for (let index = 0; index < rows * COLUMNS; index++) {
    const kind = random();
    const turn = Math.floor(random() * 4);
    const weight = WEIGHTS[Math.floor(random() * WEIGHTS.length)] ?? WEIGHTS[0];
    if (kind > 0.58) continue;
    const wearsAccent = index >= accentFrom;
    if (wearsAccent) accentFrom = Number.POSITIVE_INFINITY;
    const [x, y] = [(index % COLUMNS) * TILE, Math.floor(index / COLUMNS) * TILE];
    tiles.push(
      <path
        key={index}
        d={kind < 0.36 ? wedge(radius) : kind < 0.5 ? square(radius) : disc()}
        transform={`translate(${x} ${y}) rotate(${turn * 90} ${TILE / 2} ${TILE / 2})`}
        {...(wearsAccent ? { className: 'fill-accent' } : { fill: 'currentColor', fillOpacity: weight })}
      />,
    );
  }
  return (
    <svg
      aria-hidden
      className={`absolute inset-0 -z-1 size-full ${fade}`}
      viewBox={`0 0 ${COLUMNS * TILE} ${rows * TILE}`}
      preserveAspectRatio="xMaxYMin slice"
    >
      {tiles}
    </svg>
  );
}

/** A quarter disc for round brands, a triangle for sharp ones. */
function wedge(radius: number): string {
  return radius < 4 ? `M0 0H${TILE}L0 ${TILE}Z` : `M0 0H${TILE}A${TILE} ${TILE} 0 0 1 0 ${TILE}Z`;
}

function square(radius: number): string {
  const r = radius * 1.75;
  const s = TILE - 2 * r;
  return `M${r} 0h${s}a${r} ${r} 0 0 1 ${r} ${r}v${s}a${r} ${r} 0 0 1 -${r} ${r}h-${s}a${r} ${r} 0 0 1 -${r} -${r}v-${s}a${r} ${r} 0 0 1 ${r} -${r}z`;
}

function disc(): string {
  const r = TILE / 2;
  return `M0 ${r}a${r} ${r} 0 1 1 ${TILE} 0a${r} ${r} 0 1 1 -${TILE} 0z`;
}

/** The same numbers in [0, 1) for the same name, always (mulberry32 over an FNV-1a hash). */
function numbersFrom(name: string): () => number {
  let state = 0x811c9dc5;
  for (const char of name) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
