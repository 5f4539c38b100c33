/** Puts a draft's checked CSS on the preview of the branding page, and on nothing else. */
import { useEffect } from 'react';
import { scopedCss } from '../../../contract/custom-css.ts';

/** The preview draws pages that nobody can touch: `:scope` is such a page. */
export const PREVIEW_ID = 'brand-preview';
const PREVIEW_SCOPE = `#${PREVIEW_ID} [inert]`;

export function PreviewStyles({ css }: { css: string }) {
  useEffect(() => {
    if (css === '') return;
    // A sheet of its own, which the content security policy has no say in: it is no markup.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(scopedCss(css, PREVIEW_SCOPE));
    document.adoptedStyleSheets.push(sheet);
    return () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    };
  }, [css]);
  return null;
}
