/** Which selectors custom CSS may have. They stand in a scope, so that no subject is outside of it. For custom-css.ts. */
import type { CssNode, Selector, SelectorList } from 'css-tree';
import generate from 'css-tree/generator';
import { OUTSIDE, PSEUDO_CLASSES, PSEUDO_ELEMENTS } from './custom-css-properties.ts';
import { quoted } from './custom-css-values.ts';

/** Of one rule, in characters. */
const MAX_SELECTOR_LENGTH = 1_000;
/** Of one selector: each costs at every element of a page. */
const MAX_PARTS = 24;
const COMBINATORS = new Set([' ', '>', '+', '~']);
/** What an attribute's value may hold: nothing that a quote, a tag or an escape is made of. */
const PLAIN_TEXT = /^[^"'<\\\p{Cc}]*$/u;

/** Answers why they are refused, or null. */
export function refuseSelectors(list: SelectorList): string | null {
  if (generate(list).length > MAX_SELECTOR_LENGTH) return 'this selector is too long';
  return refuseList(list);
}

function refuseList(list: SelectorList): string | null {
  return first(list.children.toArray(), (node) =>
    node.type === 'Selector' ? refuseSelector(node) : 'this selector cannot be read',
  );
}

function refuseSelector(selector: Selector): string | null {
  const parts = selector.children.toArray();
  if (parts.length > MAX_PARTS) return 'this selector has too many parts';
  return first(parts, refusePart);
}

function refusePart(node: CssNode): string | null {
  switch (node.type) {
    case 'ClassSelector':
    case 'IdSelector':
    case 'NestingSelector':
      return null;
    case 'TypeSelector': {
      const name = node.name.toLowerCase();
      if (OUTSIDE.has(name)) return `${quoted(name)} is outside of the portal’s own content; use \`:scope\``;
      // Before a colon a browser would read it as a custom property, and all that follows as its value.
      if (name.startsWith('--')) return `${quoted(name)} is no element`;
      return name.includes('|') ? 'namespaces are not allowed' : null;
    }
    case 'Combinator':
      return COMBINATORS.has(node.name) ? null : `${quoted(node.name)} is not allowed`;
    case 'AttributeSelector': {
      const value = node.value?.type === 'String' ? node.value.value : (node.value?.name ?? '');
      return PLAIN_TEXT.test(value) && !node.name.name.includes('|')
        ? null
        : 'this attribute’s value is not allowed';
    }
    case 'PseudoElementSelector':
      return node.children === null && PSEUDO_ELEMENTS.has(node.name.toLowerCase())
        ? null
        : `${quoted(`::${node.name}`)} is not allowed`;
    case 'PseudoClassSelector':
      if (node.name.toLowerCase() === 'root') return '`:root` is outside of the portal; use `:scope`';
      return PSEUDO_CLASSES.has(node.name.toLowerCase())
        ? first(node.children?.toArray() ?? [], refuseArgument)
        : `${quoted(`:${node.name}`)} is not allowed`;
    default:
      return 'this selector is not allowed';
  }
}

function refuseArgument(node: CssNode): string | null {
  if (node.type === 'SelectorList') return refuseList(node);
  if (node.type !== 'Nth') return 'this selector is not allowed';
  return node.selector === null ? null : refuseList(node.selector);
}

function first<T>(all: readonly T[], refuse: (one: T) => string | null): string | null {
  for (const one of all) {
    const reason = refuse(one);
    if (reason !== null) return reason;
  }
  return null;
}
