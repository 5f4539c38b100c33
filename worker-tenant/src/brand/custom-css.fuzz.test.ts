/** For any text at all: it ends, nothing in what comes out can fetch or leave the scope, and it comes out the same again. */
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { MAX_CUSTOM_CSS_BYTES } from '../../../contract/branding.ts';
import { checkCustomCss } from './custom-css.ts';

vi.setConfig({ testTimeout: 120_000 });

const PIECES = [
  ...'.a #b button * :scope & > + ~ , ; : { } ( ) [ ] @media @supports @import @layer @font-face print not and'.split(
    ' ',
  ),
  ...'color:red gap:1px position:fixed display:none --x:1 margin:-1px font-family:serif content:""'.split(
    ' ',
  ),
  ...'url( url(x) url("x") URL\\28 u\\72 l(x) \\75 rl( src( image-set( var(--x) var(--x, calc( rgb( attr('.split(
    ' ',
  ),
  ...'<!-- --> </style> <script> /* */ " \' \\ \\a \\0 \0 \u0001 \ufeff \ud800 \n \r\n \f ! !important |'.split(
    ' ',
  ),
  ...':root html body :has( :is( :not( :nth-child(2n+1 of ::before :host [x="y"] [x=y] [x^="<"] 1e9 -0 +.5px 50%'.split(
    ' ',
  ),
  'a{color:red}',
  '@media (width>1px){',
  'background:linear-gradient(red,blue)',
  'é😀',
  ' ',
];
const GOOD = `:scope { background: var(--brand-surface) }
@media (min-width: 40rem) { .card, h1:hover { padding: 2rem; & > a { color: #0f766e; text-decoration: underline } } }
button { border-radius: 999px; box-shadow: 0 1px 2px rgb(0 0 0 / 20%); font-family: "Gill Sans", serif; line-height: 1.5 }`;

const pieces = fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((all) => all.join(''));
const mutated = fc
  .array(fc.tuple(fc.nat(GOOD.length), fc.nat(12), fc.constantFrom(...PIECES)), { maxLength: 8 })
  .map((edits) =>
    edits.reduce((css, [at, drop, put]) => css.slice(0, at) + put + css.slice(at + drop), GOOD),
  );
const anything = fc.oneof(
  pieces,
  mutated,
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: fc.constantFrom(...'{}()[]:;,.&#@"\'\\/*-<>=!|~+ab1 \n'), maxLength: 200 }),
);

describe('checking custom CSS', () => {
  it('never throws, lets nothing through that fetches or escapes, and is idempotent', () => {
    let passed = 0;
    fc.assert(
      fc.property(anything, (source) => {
        const { css, refusals } = checkCustomCss(source);
        // Names of fonts, values of attributes and conditions may be any word.
        const text = css.replace(/"[^"<]*"/g, '').replace(/@(media|supports)[^{]*/g, '@$1');
        expect(text).not.toMatch(
          /url|src\(|image|element\(|attr\(|expression|@(?!media|supports)|\\|<\/|<!|[{;]--|(?<![.#\w=-])(?:html|body)\b(?=[^;}]*\{)|:root(?=[^;}]*\{)|:has\(|:host\(|!|[{;]position:|[{;]display:none/i,
        );
        expect(checkCustomCss(css)).toEqual({ css, refusals: [] });
        for (const { line, column } of refusals) {
          expect(line).toBeGreaterThan(0);
          expect(column).toBeGreaterThan(0);
          expect(line).toBeLessThanOrEqual(source.split(/\r\n|[\n\r\f]/).length);
        }
        // Braces close what they open: nothing after it stands outside of the scope around it.
        let depth = 0;
        for (const char of css.replace(/"[^"]*"/g, '')) {
          if (char === '{') depth += 1;
          if (char === '}') depth -= 1;
          if (depth < 0) throw new Error(`leaves its scope: ${css}`);
        }
        expect(depth).toBe(0);
        if (css !== '') passed += 1;
      }),
      { numRuns: 6_000 },
    );
    // The samples say something only if some get through.
    expect(passed).toBeGreaterThan(500);
  });

  it.each([
    '(',
    '{',
    '[',
    'a{',
    '&{',
    '@media(',
    '@media(a){',
    ':not(',
    'a{color:calc(',
    'a{color:var(--x,',
    '/*',
    '"',
    '\\',
    'a,',
    'a ',
    'a>',
    'a{b:c}',
    '-',
    '1e',
    '}',
    ';',
    '!',
    'a{b',
    '<!--',
    ':is(a,',
    'a{color:rgb(1 ',
    'é',
    '\n',
    '&',
  ])(
    'of nothing but %j, as much as there may be, ends',
    (piece) => {
      const text = piece.repeat(Math.floor(MAX_CUSTOM_CSS_BYTES / new TextEncoder().encode(piece).length));
      expect(() => checkCustomCss(text)).not.toThrow();
    },
    5_000,
  );
});
