/**
 * What custom CSS may say: properties with the functions and bounds of their values, and selectors. Everything else is
 * refused. The lists keep one promise: the app may be restyled, and nothing of it hidden, moved over something else, or
 * fetched from anywhere. So there is no position, transform, size, overflow, visibility, filter, mask or animation, no
 * way to set a custom property, and no opacity: what is half there in what is half there is soon gone. Read by
 * custom-css.ts.
 */

export interface Allowed {
  /** Functions that may stand in the value. */
  readonly functions: ReadonlySet<string>;
  /** The only words, where not every word is harmless. */
  readonly words?: ReadonlySet<string>;
  /** Of lengths in CSS pixels, of times in seconds, of bare numbers as they are. */
  readonly length?: Bounds;
  readonly time?: Bounds;
  readonly number?: Bounds;
  /** Units that lengths may have; any when absent. */
  readonly units?: ReadonlySet<string>;
  readonly percentages?: false;
  /** Whether strings may stand in it: names of fonts. */
  readonly strings?: true;
}
type Bounds = readonly [least: number, most: number];

const NO_FUNCTIONS: ReadonlySet<string> = new Set();
const COLORS = [
  'rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix light-dark var',
  'linear-gradient radial-gradient conic-gradient repeating-linear-gradient repeating-radial-gradient repeating-conic-gradient',
] as const;
const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));
const COLOR_FUNCTIONS = words(COLORS[0]);
const BACKGROUND_FUNCTIONS = words(`${COLORS.join(' ')} calc min max clamp`);
const VARIABLE = words('var');
/** What a length is in pixels is known for these; of the root's font size the usual one is taken. */
export const PIXELS: Readonly<Record<string, number>> = { px: 1, rem: 16, em: 16, ch: 8 };
/** Whatever else looks like one is a mistake, or an attempt. */
export const UNITS = words(
  'px rem em ch ex lh rlh vw vh vi vb vmin vmax svh dvh lvh svw dvw lvw deg grad rad turn s ms',
);
const PIXEL_UNITS = new Set(Object.keys(PIXELS));

const color: Allowed = { functions: COLOR_FUNCTIONS };
const keyword: Allowed = { functions: NO_FUNCTIONS, length: [0, 0] };
const background: Allowed = { functions: BACKGROUND_FUNCTIONS };
const line: Allowed = {
  functions: COLOR_FUNCTIONS,
  length: [0, 16],
  units: PIXEL_UNITS,
  percentages: false,
  number: [0, 0],
};
const space: Allowed = {
  functions: VARIABLE,
  length: [0, 160],
  units: PIXEL_UNITS,
  percentages: false,
  number: [0, 0],
};
const corner: Allowed = { functions: VARIABLE, length: [0, 9999], number: [0, 0] };
const shadow: Allowed = {
  functions: COLOR_FUNCTIONS,
  length: [-64, 64],
  units: PIXEL_UNITS,
  percentages: false,
  number: [0, 0],
};
const motion: Allowed = { functions: words('cubic-bezier steps linear'), time: [0, 2] };
const literal = (bounds: Omit<Allowed, 'functions'>): Allowed => ({ functions: NO_FUNCTIONS, ...bounds });

const SIDES = ['top', 'right', 'bottom', 'left', 'block', 'block-start', 'block-end'].concat([
  'inline',
  'inline-start',
  'inline-end',
]);
const CORNERS = ['top-left', 'top-right', 'bottom-left', 'bottom-right'].concat([
  'start-start',
  'start-end',
  'end-start',
  'end-end',
]);

const GROUPS: readonly (readonly [string | readonly string[], Allowed])[] = [
  ['color background-color border-color caret-color accent-color text-decoration-color fill stroke', color],
  [SIDES.map((side) => `border-${side}-color`), color],
  ['background background-image background-position background-size', background],
  ['background-repeat background-clip background-origin background-blend-mode', keyword],
  ['border border-width text-decoration-thickness text-underline-offset stroke-width', line],
  [SIDES.flatMap((side) => [`border-${side}`, `border-${side}-width`]), line],
  [['border-style', ...SIDES.map((side) => `border-${side}-style`)], keyword],
  [['border-radius', ...CORNERS.map((corner) => `border-${corner}-radius`)], corner],
  ['box-shadow text-shadow', shadow],
  [['padding', 'margin', ...SIDES.flatMap((side) => [`padding-${side}`, `margin-${side}`])], space],
  ['gap row-gap column-gap', space],
  ['font-family', literal({ strings: true })],
  ['font-size', literal({ length: [10, 96], units: words('px rem'), percentages: false, number: [1, 0] })],
  ['font-weight', literal({ number: [100, 1000] })],
  ['line-height', literal({ number: [1, 3], length: [10, 160], units: words('px rem'), percentages: false })],
  ['letter-spacing', literal({ length: [-1, 16], units: PIXEL_UNITS, percentages: false })],
  ['font-style font-variant font-variant-numeric font-variant-caps font-kerning', keyword],
  ['text-align text-transform text-wrap text-decoration-line text-decoration-style hyphens', keyword],
  ['text-decoration', line],
  ['transition transition-property transition-duration transition-delay transition-timing-function', motion],
  [
    'display',
    literal({
      words: words('block inline inline-block flex inline-flex grid inline-grid flow-root list-item'),
    }),
  ],
  ['flex-direction', literal({ words: words('row column') })],
  ['flex-wrap', literal({ words: words('wrap nowrap') })],
  ['flex-grow flex-shrink', literal({ number: [0, 10] })],
  ['justify-content justify-items justify-self align-content align-items align-self', keyword],
  ['place-content place-items place-self', keyword],
];

export const PROPERTIES: ReadonlyMap<string, Allowed> = new Map(
  GROUPS.flatMap(([names, allowed]) =>
    (typeof names === 'string' ? names.split(' ') : names).map((name) => [name, allowed] as const),
  ),
);

/** Means the same everywhere, and hides nothing. */
export const CSS_WIDE = words('inherit initial unset revert revert-layer');

export const AT_RULES = words('media supports');

/** Not `:has()`, which every change of the page would have to be held against; not `:visited`, which tells on people. */
export const PSEUDO_CLASSES = words(
  'scope hover active focus focus-visible focus-within disabled enabled checked indeterminate required optional ' +
    'invalid valid placeholder-shown read-only empty first-child last-child only-child nth-child nth-last-child ' +
    'first-of-type last-of-type only-of-type nth-of-type nth-last-of-type not is where',
);
export const PSEUDO_ELEMENTS = words('before after placeholder marker selection first-letter first-line');
/** Of the page itself: above the scope, where no rule reaches. */
export const OUTSIDE = words('html body head');
