/**
 * An empty page of the app in a frame: its stylesheets, the palette and the root that the front door sends, nothing
 * that runs. The frame's document comes from `srcdoc`: it is of this origin, has this page's content security policy,
 * and an address of its own for nobody to open.
 */
import { BRAND_FILES } from '../../../contract/brand-files.ts';
import type { Brand } from '../../../contract/branding.ts';
import { scopedCss } from '../../../contract/custom-css.ts';
import { type Scheme, themeCss } from '../../../contract/theme.ts';

/** As web/index.html; what is drawn in its root can be seen, and is out of reach of hands and of the tab key. */
export const PREVIEW_PAGE =
  '<!doctype html><html lang="en"><head><title>Preview</title></head><body><div id="root" inert></div></body></html>';

/** The app's own stylesheets, in development those of Vite. Not the published brand's: the draft brings its own. */
const APP_STYLES = `link[rel=stylesheet]:not([href^="${BRAND_FILES.stylesheet.path}"]), style[data-vite-dev-id]`;

export interface PreviewDocument {
  readonly root: HTMLElement;
  /** Puts a brand's palettes, font and corners on the page, as the front door does. */
  wear(brand: Brand): void;
  /** Custom CSS that the server has checked. Nothing that was refused is ever applied. */
  style(checkedCss: string): void;
  show(scheme: Scheme): void;
}

/** Once the frame has loaded `PREVIEW_PAGE`. Throws when a stylesheet does not come, or the frame is gone. */
export async function openPreviewDocument(frame: HTMLIFrameElement): Promise<PreviewDocument> {
  const page = frame.contentDocument;
  const view = frame.contentWindow as (Window & typeof globalThis) | null;
  const root = page?.getElementById('root');
  if (page == null || view === null || root == null) throw new Error('The frame of the preview is empty');
  // Constructed ones, which the content security policy has no say in: they are no markup.
  const [theme, custom] = [new view.CSSStyleSheet(), new view.CSSStyleSheet()];
  page.adoptedStyleSheets = [theme, custom];
  await Promise.all([...document.querySelectorAll(APP_STYLES)].map((style) => adopt(page, style)));
  let worn = '';
  return {
    root,
    wear(brand) {
      // Twenty colours are not reckoned anew, nor the whole page styled anew, for each letter of a headline.
      const looks = JSON.stringify([brand.colors, brand.radius, brand.font]);
      if (looks !== worn) theme.replaceSync(themeCss(brand));
      worn = looks;
    },
    style: (css) => custom.replaceSync(css === '' ? '' : scopedCss(css)),
    show(scheme) {
      page.documentElement.dataset['theme'] = scheme;
    },
  };
}

function adopt(page: Document, original: Element): Promise<void> {
  // With its nonce, which no attribute shows.
  const style = page.importNode(original, true);
  return new Promise((done, fail) => {
    style.addEventListener('load', () => done());
    style.addEventListener('error', () => fail(new Error('A stylesheet of the preview did not load')));
    page.head.append(style);
  });
}
