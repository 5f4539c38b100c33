/**
 * The picture that a brand has before it uploads one: a quiet composition of tiles out of its own name and corners.
 * The same on the sign-in page (web/src/ui/brand-field.tsx) and on the card of a link (worker-tenant/src/brand).
 */

/** Edge of a tile, in units of the paths. */
export const TILE = 100;
const WEIGHTS = [0.05, 0.08, 0.12] as const;

export interface FieldTile {
  /** SVG path of a tile at the origin. */
  readonly path: string;
  /** Where it goes, and how it is turned there. */
  readonly transform: string;
  /** Opacity in the field's foreground colour; null for the one tile that wears the accent. */
  readonly weight: number | null;
}

interface FieldShape {
  readonly columns: number;
  readonly rows: number;
  /** The accent is one of so many tiles from here on. */
  readonly accent: { readonly from: number; readonly choices: number };
}

/** The radius is the brand's, in CSS pixels: sharp brands get sharp tiles. */
export function fieldTiles(name: string, radius: number, { columns, rows, accent }: FieldShape): FieldTile[] {
  const random = numbersFrom(name);
  // The first tile from here on wears the accent; it is the only one.
  let accentFrom = accent.from + Math.floor(random() * accent.choices);
  const tiles: FieldTile[] = [];
  for (let index = 0; index < rows * columns; index++) {
    const kind = random();
    const turn = Math.floor(random() * 4);
    const weight = WEIGHTS[Math.floor(random() * WEIGHTS.length)] ?? WEIGHTS[0];
    if (kind > 0.58) continue;
    const wearsAccent = index >= accentFrom;
    if (wearsAccent) accentFrom = Number.POSITIVE_INFINITY;
    const [x, y] = [(index % columns) * TILE, Math.floor(index / columns) * TILE];
    tiles.push({
      path: kind < 0.36 ? wedge(radius) : kind < 0.5 ? square(radius) : disc(),
      transform: `translate(${x} ${y}) rotate(${turn * 90} ${TILE / 2} ${TILE / 2})`,
      weight: wearsAccent ? null : weight,
    });
  }
  return tiles;
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
