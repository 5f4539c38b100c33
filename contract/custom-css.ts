/**
 * Custom CSS between the panel and the Worker that checks it (worker-tenant/src/brand/custom-css.ts): what is asked and
 * answered, and the scope that checked rules are shown in, at a portal and in the panel's preview alike.
 */
import { z } from 'zod';
import { customCssSchema } from './branding.ts';

export const MAX_CSS_REFUSALS = 20;

/** Lines and columns count from 1. */
export const cssRefusalSchema = z.object({
  line: z.number().int().min(1),
  column: z.number().int().min(1),
  reason: z.string(),
});
export type CssRefusal = z.infer<typeof cssRefusalSchema>;

export const cssCheckInputSchema = z.strictObject({ css: customCssSchema });
export const cssCheckSchema = z.object({
  /** What remains without the refused parts, not yet in a scope. */
  css: z.string(),
  /** Empty when it may be published as it is. */
  refusals: z.array(cssRefusalSchema).max(MAX_CSS_REFUSALS),
});
export type CssCheck = z.infer<typeof cssCheckSchema>;

/** Where the app draws itself, and what in it custom CSS never reaches: attribute of the element around it. */
const APP_SCOPE = '#root';
export const PLAIN_ATTRIBUTE = 'data-plain';

/**
 * Checked rules, bound to an element and what it holds. A browser that knows no `@scope` shows none of them: better
 * than all of them everywhere.
 */
export function scopedCss(css: string, scope = APP_SCOPE): string {
  return `@scope (${scope}) to ([${PLAIN_ATTRIBUTE}]){${css}}`;
}

export function refusalDetail({ line, reason }: CssRefusal): string {
  return `Line ${line}: ${reason}`;
}
