/**
 * Custom CSS from a partner's admin, made safe to show to everybody who opens the portal. Called when it is checked and
 * when a brand is published (brand-assets.ts).
 *
 * The text itself is never passed on: what comes out is written anew from a tree whose every node was looked at. What
 * could make a browser fetch something (`url()`, `@import`, `image-set()`), read as something else than it was read as
 * here (escapes, broken strings, `<!--`), or leave the app (selectors of the page, at-rules) is refused with its line.
 * Bounds come first, on tokens, without recursion: no text can take the parser's stack.
 */
import type { Atrule, Block, CssLocation, CssNode, Declaration, List, Rule, StyleSheet } from 'css-tree';
import generate from 'css-tree/generator';
import parse from 'css-tree/parser';
import { tokenize, tokenTypes } from 'css-tree/tokenizer';
import { type CssCheck, type CssRefusal, MAX_CSS_REFUSALS } from '../../../contract/custom-css.ts';
import { AT_RULES } from './custom-css-properties.ts';
import { refuseSelectors } from './custom-css-selectors.ts';
import { quoted, refuseValue } from './custom-css-values.ts';

const MAX_RULES = 2_000;
const MAX_NESTING = 3;
/** Of brackets of all kinds: rules, functions, lists of selectors. */
const MAX_DEPTH = 12;

const UNREADABLE = 'this cannot be read';

const NESTED = new Set(['{', '(', '[']);
const CLOSED = new Set(['}', ')', ']']);
/** White space aside. */
const REFUSED_CHARACTERS = /[\\\0-\u0008\u000b\u000e-\u001f\u007f]/;
const REFUSED_TOKENS: ReadonlyMap<number | undefined, string> = new Map([
  [tokenTypes['Url'], 'addresses are not allowed'],
  [tokenTypes['BadUrl'], 'addresses are not allowed'],
  [tokenTypes['BadString'], 'this text does not end on its line'],
  [tokenTypes['CDO'], '`<!--` is not allowed'],
  [tokenTypes['CDC'], '`-->` is not allowed'],
]);

/** Never throws. What `css` holds passes again, and comes out as it is. */
export function checkCustomCss(source: string): CssCheck {
  const once = checkOnce(source);
  const again = checkOnce(once.css);
  // What reads differently the second time might read differently in a browser, too: none of it is worth the risk.
  if (again.refusals.length === 0 && again.css === once.css) return once;
  const refusals = once.refusals.length > 0 ? once.refusals : [{ line: 1, column: 1, reason: UNREADABLE }];
  return { css: '', refusals };
}

function checkOnce(source: string): CssCheck {
  const tokens = refuseTokens(source);
  if (tokens.length > 0) return { css: '', refusals: tokens };
  const refusals: CssRefusal[] = [];
  const unread: number[] = [];
  const tree = parse(source, {
    positions: true,
    parseCustomProperty: true,
    onParseError: (error) => {
      unread.push(error.offset);
      refusals.push({ line: error.line, column: error.column, reason: readingReason(error.message) });
    },
  }) as StyleSheet;
  const check = new Check(refusals, unread);
  check.rules(tree.children, 0);
  const css = generate(tree);
  refusals.sort((a, b) => a.line - b.line || a.column - b.column);
  const seen = refusals.filter(({ line }, index) => line !== refusals[index - 1]?.line);
  return { css, refusals: seen.slice(0, MAX_CSS_REFUSALS) };
}

function readingReason(message: string): string {
  return `${UNREADABLE} (${message.charAt(0).toLowerCase()}${message.slice(1)})`;
}

/** What no tree is needed for. A backslash can spell any word so that it does not look like it: none is let in. */
function refuseTokens(source: string): CssRefusal[] {
  const found: { offset: number; reason: string }[] = [];
  let depth = 0;
  tokenize(source, (type, start, end) => {
    if (found.length >= MAX_CSS_REFUSALS || type === tokenTypes['Comment']) return;
    const reason = REFUSED_TOKENS.get(type);
    if (reason !== undefined) found.push({ offset: start, reason });
    else if (REFUSED_CHARACTERS.test(source.slice(start, end)))
      found.push({ offset: start, reason: 'backslashes and control characters are not allowed' });
    const last = source.charAt(end - 1);
    if (type === tokenTypes['String']) return;
    if (NESTED.has(last)) depth += 1;
    else if (CLOSED.has(last)) depth = Math.max(0, depth - 1);
    if (depth === MAX_DEPTH + 1) {
      found.push({ offset: start, reason: 'brackets are nested too deeply' });
      // Once is enough for all that follows inside.
      depth = Number.POSITIVE_INFINITY;
    }
  });
  return found.map(({ offset, reason }) => ({ ...positionOf(source, offset), reason }));
}

function positionOf(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, offset).split(/\r\n|[\n\r\f]/);
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** One pass over the tree: takes out what is refused, and notes where it stood. */
class Check {
  readonly #refusals: CssRefusal[];
  /** Where the parser gave up, in characters from the start; it may have gone on with half of what stood there. */
  readonly #unread: readonly number[];
  #rules = 0;

  constructor(refusals: CssRefusal[], unread: readonly number[]) {
    this.#refusals = refusals;
    this.#unread = unread;
  }

  #refuse(loc: CssLocation | null | undefined, reason: string): false {
    const { line, column } = loc?.start ?? { line: 1, column: 1 };
    this.#refusals.push({ line, column, reason });
    return false;
  }

  /** Of the sheet, or of what stands in an at-rule or in a rule. */
  rules(children: List<CssNode>, depth: number): void {
    keep(children, (node) => {
      switch (node.type) {
        case 'Rule':
          return this.#rule(node, depth + 1);
        case 'Atrule':
          return this.#atrule(node, depth + 1);
        case 'Declaration':
          // In an at-rule inside a rule; in one of the sheet the parser makes none.
          return depth > 0 && this.#declaration(node);
        case 'WhiteSpace':
        case 'Comment':
          return false;
        case 'Raw':
          // A semicolon too many changes nothing.
          return /^[;\s]*$/.test(node.value) ? false : this.#refuse(node.loc, UNREADABLE);
        default:
          return this.#refuse(node.loc, 'this is not allowed here');
      }
    });
  }

  #rule(rule: Rule, depth: number): boolean {
    this.#rules += 1;
    if (this.#rules === MAX_RULES + 1) this.#refuse(rule.loc, 'more than 2,000 rules are not allowed');
    if (this.#rules > MAX_RULES) return false;
    if (depth > MAX_NESTING) return this.#refuse(rule.loc, 'rules are nested more than three deep');
    if (rule.prelude.type === 'Raw') return this.#refuse(rule.loc, UNREADABLE);
    const reason = refuseSelectors(rule.prelude);
    if (reason !== null) return this.#refuse(rule.loc, reason);
    return this.#block(rule.block, depth);
  }

  #atrule(atrule: Atrule, depth: number): boolean {
    const name = atrule.name.toLowerCase();
    if (!AT_RULES.has(name)) return this.#refuse(atrule.loc, `${quoted(`@${name}`)} is not allowed`);
    if (depth > MAX_NESTING) return this.#refuse(atrule.loc, 'rules are nested more than three deep');
    if (atrule.prelude === null || atrule.block === null)
      return this.#refuse(atrule.loc, `${quoted(`@${name}`)} needs a condition and a block`);
    const { start, end } = atrule.prelude.loc ?? { start: { offset: 0 }, end: { offset: Infinity } };
    if (this.#unread.some((offset) => offset >= start.offset && offset <= end.offset)) return false;
    if (!isPlainCondition(atrule.prelude))
      return this.#refuse(atrule.loc, `this condition of ${quoted(`@${name}`)} is not allowed`);
    return this.#block(atrule.block, depth);
  }

  #block(block: Block, depth: number): boolean {
    this.rules(block.children, depth);
    return !block.children.isEmpty;
  }

  #declaration(declaration: Declaration): boolean {
    if (declaration.value.type === 'Raw') return this.#refuse(declaration.loc, UNREADABLE);
    const reason = refuseValue(declaration, declaration.value);
    return reason === null || this.#refuse(declaration.loc, reason);
  }
}

function keep(list: List<CssNode>, wanted: (node: CssNode) => boolean): void {
  list.forEach((node, item) => {
    if (!wanted(node)) list.remove(item);
  });
}

const CONDITION_NODES: ReadonlySet<string> = new Set([
  'AtrulePrelude',
  'MediaQueryList',
  'MediaQuery',
  'Condition',
  'Feature',
  'FeatureRange',
  'SupportsDeclaration',
  'Declaration',
  'Value',
  'Identifier',
  'Number',
  'Dimension',
  'Percentage',
  'Ratio',
  'Hash',
  'Operator',
  'WhiteSpace',
]);

/** Conditions need no functions, so none can be hidden in them. */
function isPlainCondition(node: CssNode): boolean {
  if (!CONDITION_NODES.has(node.type)) return false;
  return Object.values(node).every((part: unknown) => {
    if (typeof part !== 'object' || part === null) return true;
    if ('type' in part) return isPlainCondition(part as CssNode);
    if ('toArray' in part) return (part as List<CssNode>).toArray().every(isPlainCondition);
    return true;
  });
}
