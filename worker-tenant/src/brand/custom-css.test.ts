import { describe, expect, it } from 'vitest';
import { checkCustomCss } from './custom-css.ts';

const reasons = (css: string) => checkCustomCss(css).refusals.map(({ line, reason }) => `${line}: ${reason}`);

describe('custom CSS', () => {
  it.each([
    ['.a { color: #0f766e }', '.a{color:#0f766e}'],
    [
      'button:hover, a[href^="/x"] > span { background: linear-gradient(90deg, red, oklch(60% .1 200)); }',
      'button:hover,a[href^="/x"]>span{background:linear-gradient(90deg,red,oklch(60%.1 200))}',
    ],
    ['/* note */ h1 { font: ; } h2 { ; color: var(--brand-primary, navy) }', null],
    [
      '@media (min-width: 40rem) { .card { padding: 2rem; & h2 { letter-spacing: -.01em } } }',
      '@media (min-width:40rem){.card{padding:2rem;& h2{letter-spacing:-.01em}}}',
    ],
    ['@supports (display: grid) { p { margin: 0 auto } }', '@supports (display:grid){p{margin:0 auto}}'],
    ['a { transition: color 200ms ease-out, opacity .1s }', 'a{transition:color 200ms ease-out,opacity .1s}'],
    ['p { font-family: "Gill Sans", serif; font-size: 1.125rem; line-height: 1.6 }', null],
    ['.a::before { content: ""; border: 2px solid currentColor }', null],
    [':scope { background: light-dark(#fff, #111) }', ':scope{background:light-dark(#fff,#111)}'],
  ])('%s passes', (source, expected) => {
    const { css, refusals } = checkCustomCss(source);
    expect(refusals.filter(({ reason }) => !reason.includes('`font`'))).toEqual([]);
    if (expected !== null) expect(css).toBe(expected);
    expect(checkCustomCss(css)).toEqual({ css, refusals: [] });
  });

  it.each([
    ['a { position: fixed }', '`position: fixed` is not allowed'],
    ['a { background: url(//evil.test/x) }', 'addresses are not allowed'],
    ['a { background: url("//evil.test/x") }', 'addresses are not allowed'],
    ['a { background: URL( "x" ) }', 'addresses are not allowed'],
    ['a { background: \\75 rl(x) }', 'backslashes'],
    ['a { background: u\\72l("x") }', 'backslashes'],
    ['a { background: image-set("x" 1x) }', '`image-set()` is not allowed'],
    ['a { background: src("x") }', '`src()` is not allowed'],
    ['a { background: element(#x) }', '`element()` is not allowed'],
    ['a { background: cross-fade(url(x), red) }', 'addresses'],
    ['a { color: attr(data-x) }', '`attr()` is not allowed'],
    ['a { width: expression(alert(1)) }', '`width` is not allowed'],
    ['a { color: expression(alert(1)) }', '`expression()` is not allowed'],
    ['a { -moz-binding: none }', '`-moz-binding: none` is not allowed'],
    ['a { behavior: x }', '`behavior: x` is not allowed'],
    ['a { --x: url(x) }', 'addresses'],
    ['a { --x: "u" }', 'custom properties'],
    ['a { color: var(--x, url("x")) }', 'addresses are not allowed'],
    ['a { color: red !important }', '`!important`'],
    ['a { display: none }', '`display: none` is not allowed'],
    ['a { opacity: .9 }', '`opacity` is not allowed'],
    ['a { line-height: var(--x, 0) }', '`var()` is not allowed'],
    ['a { font-size: 0 }', 'out of bounds'],
    ['a { color: rgb(0 0 0url(x)) }', '`url` is no unit'],
    ['a { font-size: 1e-9px }', 'out of bounds'],
    ['a { margin-left: -9999px }', 'out of bounds'],
    ['a { margin: calc(0px - 9999px) }', '`calc()` is not allowed'],
    ['a { box-shadow: 0 0 0 9999px red }', 'out of bounds'],
    ['a { box-shadow: 0 0 0 var(--x, 9999px) red }', 'out of bounds'],
    ['a::before { content: "Free money" }', '`content` may only be empty'],
    ['a::before { content: attr(title) }', '`content` may only be empty'],
    ['@import "x";', '`@import` is not allowed'],
    ['@import url(x);', 'addresses'],
    ['@font-face { font-family: x }', '`@font-face` is not allowed'],
    ['@namespace svg "x";', '`@namespace` is not allowed'],
    ['@charset "x";', '`@charset` is not allowed'],
    ['@page { margin: 0 }', '`@page` is not allowed'],
    ['@layer base { a { color: red } }', '`@layer` is not allowed'],
    ['@scope (html) { a { color: red } }', '`@scope` is not allowed'],
    ['@keyframes x { from { opacity: 1 } }', '`@keyframes` is not allowed'],
    ['@property --x { syntax: "<url>" }', '`@property` is not allowed'],
    ['@media print;', 'needs a condition and a block'],
    ['@supports (background: url(x)) { a { color: red } }', 'addresses'],
    ['@supports selector(:has(a)) { a { color: red } }', 'condition'],
    ['body { color: red }', '`body` is outside'],
    [':root { color: red }', '`:root` is outside'],
    [':is(.a, html .b) { color: red }', '`html` is outside'],
    [':host(.a) { color: red }', '`:host` is not allowed'],
    [':has(input[value^="a"]) { color: red }', '`:has` is not allowed'],
    ['a:visited { color: red }', '`:visited` is not allowed'],
    ['--brand-primary:hover { color: red }', '`--brand-primary` is no element'],
    ['x|a { color: red }', 'namespaces'],
    ['a[title="</style>"] { color: red }', 'attribute'],
    ['</style><script>alert(1)</script>', 'cannot be read'],
    ['<!-- a { color: red }', '`<!--` is not allowed'],
    ['a { color: red } }', 'cannot be read'],
    ['a { color "red }', 'cannot be read'],
    ['a { font-family: "x\n }', 'this text does not end'],
    ['a { b { c { color: red } } }', 'cannot be read'],
    ['a { & b { & c { & d { color: red } } } }', 'nested more than three deep'],
    [`a${' a'.repeat(30)} { color: red }`, 'too many parts'],
    [`${'(['.repeat(30_000)}`, 'nested too deeply'],
    [`a{color:${'calc('.repeat(10_000)}`, 'nested too deeply'],
  ])('%s is refused', (source, reason) => {
    const { css, refusals } = checkCustomCss(source);
    expect(refusals.map((refusal) => refusal.reason).join('\n')).toContain(reason);
    expect(css).not.toMatch(/url|import|<|evil/i);
  });

  it('names the line and the column of each refusal', () => {
    const css = 'h1 {\n  color: red;\n  position: fixed;\n}\n\nbody { color: blue }\n';
    expect(checkCustomCss(css)).toEqual({
      css: 'h1{color:red}',
      refusals: [
        { line: 3, column: 3, reason: '`position: fixed` is not allowed' },
        { line: 6, column: 1, reason: '`body` is outside of the portal’s own content; use `:scope`' },
      ],
    });
    expect(reasons('a {\r\n  background: url(x)\r\n}')).toEqual(['2: addresses are not allowed']);
  });

  it('keeps the rest when a condition cannot be read', () => {
    const { css, refusals } = checkCustomCss('a { color: red }\n@media (min-wid rem) { b { color: red } }');
    expect(css).toBe('a{color:red}');
    expect(refusals).toMatchObject([{ line: 2 }]);
  });

  it('is bounded in rules and in what it says about them', () => {
    expect(checkCustomCss('a{color:red}'.repeat(2_000)).refusals).toEqual([]);
    expect(reasons('a{color:red}\n'.repeat(2_001))).toEqual(['2001: more than 2,000 rules are not allowed']);
    expect(reasons('a{top:0}\n'.repeat(500))).toHaveLength(20);
  });
});
