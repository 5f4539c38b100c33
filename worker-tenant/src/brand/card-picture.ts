/**
 * The card that a link to a portal is shown with, as SVG: the brand's mark, name and line on its surface, beside the
 * colour field that its sign-in page has. Where its font lacks the letters of the name, mark and field alone.
 * Called by social-card.ts. Pure: the same brand gives the same picture.
 */
import { SOCIAL_CARD_SIZE } from '../../../contract/brand-files.ts';
import type { Brand } from '../../../contract/branding.ts';
import { fieldTiles, TILE } from '../../../contract/field-tiles.ts';
import { type SchemeColors, schemeColors } from '../../../contract/theme.ts';
import type { CardFont } from './card-fonts.ts';
import { setText, settable, type TextBlock } from './set-text.ts';
import type { Typeface } from './typeface.ts';

const { width: CARD_WIDTH, height: CARD_HEIGHT } = SOCIAL_CARD_SIZE;

const MARGIN = 80;
const FIELD_WIDTH = 420;
const TEXT_WIDTH = CARD_WIDTH - FIELD_WIDTH - MARGIN - 56;
const FIELD_TILE = FIELD_WIDTH / 4;
/** On a card that is looked at from afar the tiles need more weight than beside a form. */
const TILE_EMPHASIS = 1.5;

const NAME_SIZES = [
  { size: 92, lines: 2 },
  { size: 80, lines: 2 },
  { size: 68, lines: 3 },
  { size: 58, lines: 3 },
  { size: 50, lines: 4 },
  { size: 40, lines: 4 },
] as const;
const TAGLINE_SIZES = [
  { size: 34, lines: 2 },
  { size: 30, lines: 3 },
  { size: 26, lines: 4 },
] as const;
const TAGLINE_GAP = 42;

const MARK_EDGE = 112;
/** Logos are wider than high; small ones are not blown up. */
const LOGO_BOX = { width: 480, height: 112 };
const LARGE_LOGO_BOX = { width: 560, height: 220 };
const MOST_ENLARGED = 1.5;
const PLATE = { padding: 26, logo: { width: 420, height: 68 } };

export interface CardLogo {
  readonly dataUrl: string;
  readonly width: number;
  readonly height: number;
  /** It cannot be seen on the brand's surface, and stands on its colour instead. */
  readonly needsPlate: boolean;
}

export function cardSvg(brand: Brand, font: CardFont, logo: CardLogo | null): string {
  const colors = schemeColors(brand.colors.light, 'light');
  const name = settable(brand.name, font.semibold);
  const content =
    name === null ? wordlessCard(brand, colors, font, logo) : wordedCard(brand, name, colors, font, logo);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${CARD_WIDTH}" height="${CARD_HEIGHT}">${content}</svg>`;
}

function wordedCard(
  brand: Brand,
  name: string,
  colors: SchemeColors,
  font: CardFont,
  logo: CardLogo | null,
): string {
  const line = brand.tagline === null ? null : settable(brand.tagline, font.medium);
  const tagline = line === null ? null : setText(line, font.medium, TEXT_WIDTH, TAGLINE_SIZES);
  const title = setText(name, font.semibold, TEXT_WIDTH, NAME_SIZES);
  // Words stand on the lower margin: what is large grows upwards, towards the mark.
  const bottom = CARD_HEIGHT - MARGIN;
  const taglineTop = tagline === null ? bottom : bottom - heightOf(tagline);
  const titleTop = (tagline === null ? bottom : taglineTop - TAGLINE_GAP) - heightOf(title);
  return [
    rectangle(0, 0, CARD_WIDTH, CARD_HEIGHT, colors.surface),
    field(brand, colors, { x: CARD_WIDTH - FIELD_WIDTH, columns: 4, accent: { from: 4, choices: 12 } }),
    logo === null
      ? mark(brand, font.semibold, {
          x: MARGIN,
          y: MARGIN,
          edge: MARK_EDGE,
          color: colors.primary,
          on: colors['on-primary'],
        })
      : placeLogo(brand, colors, logo),
    textAt(title, MARGIN, titleTop, colors.text, -0.022),
    tagline === null ? '' : textAt(tagline, MARGIN, taglineTop, colors['text-muted'], -0.005),
  ].join('');
}

function wordlessCard(brand: Brand, colors: SchemeColors, font: CardFont, logo: CardLogo | null): string {
  const background = field(brand, colors, { x: 0, columns: 12, accent: { from: 48, choices: 20 } });
  if (logo !== null) {
    const { width, height } = sizeWithin(logo, LARGE_LOGO_BOX);
    const [x, y] = [(CARD_WIDTH - width) / 2, (CARD_HEIGHT - height) / 2];
    const plate = logo.needsPlate ? colors.field : colors.surface;
    const padding = PLATE.padding * 2;
    return `${background}${rectangle(x - padding, y - padding, width + 2 * padding, height + 2 * padding, plate, brand.radius * 2.5)}${picture(logo, x, y, width, height)}`;
  }
  if (settable(brand.monogram, font.semibold) === null) return background;
  const edge = 230;
  const place = { x: (CARD_WIDTH - edge) / 2, y: (CARD_HEIGHT - edge) / 2, edge };
  return background + mark(brand, font.semibold, { ...place, color: colors.surface, on: colors.link });
}

interface FieldPlace {
  readonly x: number;
  readonly columns: number;
  readonly accent: { readonly from: number; readonly choices: number };
}

function field(brand: Brand, colors: SchemeColors, { x, columns, accent }: FieldPlace): string {
  const tiles = fieldTiles(brand.name, brand.radius, { columns, rows: 6, accent }).map(
    ({ path, transform, weight }) =>
      weight === null
        ? `<path d="${path}" transform="${transform}" fill="${colors.accent}"/>`
        : `<path d="${path}" transform="${transform}" fill="${colors['on-field']}" fill-opacity="${weight * TILE_EMPHASIS}"/>`,
  );
  return `${rectangle(x, 0, CARD_WIDTH - x, CARD_HEIGHT, colors.field)}<g transform="translate(${x} 0) scale(${FIELD_TILE / TILE})">${tiles.join('')}</g>`;
}

interface MarkPlace {
  readonly x: number;
  readonly y: number;
  readonly edge: number;
  readonly color: string;
  readonly on: string;
}

/** The generated mark, as icons have it; without letters where the font lacks them. */
function mark(brand: Brand, face: Typeface, { x, y, edge, color, on }: MarkPlace): string {
  const tile = rectangle(x, y, edge, edge, color, (brand.radius / 16) * 0.4 * edge);
  const letters = settable(brand.monogram, face);
  if (letters === null) return tile;
  const size = edge * ([...letters].length > 1 ? 0.44 : 0.56);
  const baseline = y + edge / 2 + (size * CAPITAL) / 2;
  const tracking = -0.01 * size;
  const width = face.widthOf(letters, size) + tracking * ([...letters].length - 1);
  return tile + setLine(letters, { face, size, tracking, x: x + (edge - width) / 2, baseline, fill: on });
}

function placeLogo(brand: Brand, colors: SchemeColors, logo: CardLogo): string {
  if (!logo.needsPlate) {
    const { width, height } = sizeWithin(logo, LOGO_BOX);
    return picture(logo, MARGIN, MARGIN, width, height);
  }
  const { width, height } = sizeWithin(logo, PLATE.logo);
  const around = 2 * PLATE.padding;
  const plate = rectangle(MARGIN, MARGIN, width + around, height + around, colors.field, brand.radius * 1.75);
  return plate + picture(logo, MARGIN + PLATE.padding, MARGIN + PLATE.padding, width, height);
}

function picture({ dataUrl }: CardLogo, x: number, y: number, width: number, height: number): string {
  return `<image x="${x}" y="${y}" width="${width}" height="${height}" href="${dataUrl}"/>`;
}

function sizeWithin(logo: CardLogo, box: { readonly width: number; readonly height: number }): typeof box {
  const scale = Math.min(MOST_ENLARGED, box.width / logo.width, box.height / logo.height);
  return { width: logo.width * scale, height: logo.height * scale };
}

/** Height of capitals, in units of the font size: much alike in all of our fonts. */
const CAPITAL = 0.71;

/** From the top of the first line's capitals to the last baseline: what the eye takes for a block of text. */
function heightOf({ size, lineHeight, lines }: TextBlock): number {
  return size * CAPITAL + (lines.length - 1) * lineHeight;
}

function textAt(
  { face, size, lineHeight, lines }: TextBlock,
  x: number,
  top: number,
  color: string,
  tracking: number,
): string {
  const baseline = (index: number) => top + size * CAPITAL + index * lineHeight;
  // Capitals and stems start a little right of where their character does.
  const left = x - size * 0.045;
  return lines
    .map((line, index) =>
      setLine(line, {
        face,
        size,
        tracking: tracking * size,
        x: left,
        baseline: baseline(index),
        fill: color,
      }),
    )
    .join('');
}

interface LinePlace {
  readonly face: Typeface;
  readonly size: number;
  readonly tracking: number;
  readonly x: number;
  readonly baseline: number;
  readonly fill: string;
}

/**
 * The renderer drops a line that is of two files and has other glyphs in each. So each run is a text of its own; where
 * there are several, they are set without kerning, and end where the widths of their characters say.
 */
function setLine(line: string, { face, size, tracking, x, baseline, fill }: LinePlace): string {
  const runs = face.runsOf(line);
  const kerning = runs.length > 1 ? ' font-kerning="none"' : '';
  let left = x;
  return runs
    .map(({ family, text }) => {
      const start = left;
      left += face.widthOf(text, size) + tracking * [...text].length;
      return `<text xml:space="preserve" x="${start}" y="${baseline}" fill="${fill}" font-family="${family}" font-weight="${face.weight}" font-size="${size}" letter-spacing="${tracking}"${kerning}>${escapeXml(text)}</text>`;
    })
    .join('');
}

function rectangle(x: number, y: number, width: number, height: number, fill: string, radius = 0): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}" fill="${fill}"/>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
