/** Which declarations custom CSS may have: by property, then each part of the value. For custom-css.ts. */
import type { CssNode, Declaration, Value } from 'css-tree';
import { type Allowed, CSS_WIDE, PIXELS, PROPERTIES, UNITS } from './custom-css-properties.ts';

/** Beyond it numbers are written in other ways, and none of ours is that large. */
const LARGEST = 100_000;
const SECONDS: Readonly<Record<string, number>> = { s: 1, ms: 0.001 };
const OPERATORS = new Set([',', '/', '+', '-', '*']);
const FONT_NAME = /^[\p{L}\p{N} _-]{1,60}$/u;

/** For a reason: what was written, if it is short enough to be told. */
export function quoted(text: string): string {
  return `\`${text.length > 40 ? `${text.slice(0, 40)}…` : text}\``;
}

/** Answers why it is refused, or null. */
export function refuseValue(declaration: Declaration, value: Value): string | null {
  const property = declaration.property.toLowerCase();
  if (property.startsWith('--'))
    return 'custom properties cannot be set here; colours are set under Branding, where they are held against WCAG';
  if (declaration.important !== false) return '`!important` is not needed and not allowed';
  const parts = value.children.toArray();
  if (property === 'content') return refuseContent(parts);
  const allowed = PROPERTIES.get(property);
  if (allowed === undefined) return `${quoted(`${property}${wordOf(parts)}`)} is not allowed`;
  for (const part of parts) {
    const reason = refusePart(part, allowed, property, true);
    if (reason !== null) return reason;
  }
  return null;
}

/** Decoration needs it; text that is not in the document can neither be read out nor translated. */
function refuseContent(parts: readonly CssNode[]): string | null {
  const [only] = parts;
  return parts.length === 1 && only?.type === 'String' && only.value === ''
    ? null
    : '`content` may only be empty text: `content: ""`';
}

function wordOf(parts: readonly CssNode[]): string {
  const [only] = parts;
  return parts.length === 1 && only?.type === 'Identifier' ? `: ${only.name}` : '';
}

function refusePart(node: CssNode, allowed: Allowed, property: string, bounded: boolean): string | null {
  const outside = () => `this value of ${quoted(property)} is out of bounds`;
  switch (node.type) {
    case 'Identifier':
      return refuseWord(node.name.toLowerCase(), allowed, property);
    case 'Number':
      return !bounded || isWithin(Number(node.value), allowed.number) ? null : outside();
    case 'Percentage':
      if (bounded && allowed.percentages === false) return `${quoted(property)} takes no percentage`;
      return Math.abs(Number(node.value)) <= LARGEST ? null : outside();
    case 'Dimension':
      if (!UNITS.has(node.unit.toLowerCase())) return `${quoted(node.unit)} is no unit`;
      return !bounded || isLength(Number(node.value), node.unit.toLowerCase(), allowed) ? null : outside();
    case 'Hash':
      return /^[0-9a-f]{3,8}$/i.test(node.value) ? null : outside();
    case 'String':
      return allowed.strings === true && FONT_NAME.test(node.value)
        ? null
        : `${quoted(property)} takes no text of this kind`;
    case 'Operator':
      return OPERATORS.has(node.value.trim()) ? null : outside();
    case 'WhiteSpace':
      return null;
    case 'Parentheses':
      return refuseAll(node.children.toArray(), allowed, property, false);
    case 'Function': {
      const name = node.name.toLowerCase();
      if (!allowed.functions.has(name)) return `${quoted(`${name}()`)} is not allowed in ${quoted(property)}`;
      return refuseAll(node.children.toArray(), allowed, property, name === 'var' && bounded);
    }
    // In var(), where a fallback is a value of its own.
    case 'Value':
      return refuseAll(node.children.toArray(), allowed, property, bounded);
    case 'Url':
      return 'addresses are not allowed';
    default:
      return `this value of ${quoted(property)} is not allowed`;
  }
}

function refuseAll(
  nodes: readonly CssNode[],
  allowed: Allowed,
  property: string,
  bounded: boolean,
): string | null {
  for (const node of nodes) {
    const reason = refusePart(node, allowed, property, bounded);
    if (reason !== null) return reason;
  }
  return null;
}

function refuseWord(word: string, { words }: Allowed, property: string): string | null {
  if (words === undefined || words.has(word) || CSS_WIDE.has(word)) return null;
  return `${quoted(`${property}: ${word}`)} is not allowed`;
}

function isLength(value: number, unit: string, { length, time, units }: Allowed): boolean {
  const seconds = SECONDS[unit];
  if (seconds !== undefined) return isWithin(value * seconds, time);
  if (units !== undefined && !units.has(unit)) return false;
  const pixels = PIXELS[unit];
  return pixels === undefined ? Math.abs(value) <= LARGEST : isWithin(value * pixels, length);
}

function isWithin(value: number, bounds: readonly [number, number] | undefined): boolean {
  const [least, most] = bounds ?? [-LARGEST, LARGEST];
  return value >= least && value <= most;
}
