/** What is in a page of a portal, for the tests of those who make pages. */
interface Page {
  readonly title: string;
  readonly metas: Readonly<Record<string, string>>;
  readonly links: Readonly<Record<string, string>>;
  readonly scripts: number;
  readonly boot: string;
  readonly styles: readonly string[];
  /** The nonces of everything that needs one; `null` where it is missing. */
  readonly nonces: readonly (string | null)[];
}

/** Reads a page as a browser would: with a parser, not with patterns. */
export async function readPage(html: string): Promise<Page> {
  const page = {
    title: '',
    boot: '',
    metas: {} as Record<string, string>,
    links: {} as Record<string, string>,
    scripts: 0,
  };
  const styles: string[] = [];
  const nonces: (string | null)[] = [];
  await new HTMLRewriter()
    .on('title', {
      text({ text }) {
        page.title += text;
      },
    })
    .on('meta', {
      element(meta) {
        const name = meta.getAttribute('name') ?? meta.getAttribute('property');
        if (name === 'csp-nonce') nonces.push(meta.getAttribute('nonce'));
        if (name)
          page.metas[`${name}${meta.getAttribute('media')?.includes('dark') ? ':dark' : ''}`] =
            meta.getAttribute('content') ?? '';
      },
    })
    .on('link', {
      element(link) {
        const rel = link.getAttribute('rel') ?? '';
        page.links[rel] = link.getAttribute('href') ?? '';
        if (rel === 'stylesheet' || rel === 'modulepreload') nonces.push(link.getAttribute('nonce'));
      },
    })
    .on('script', {
      element(script) {
        page.scripts += 1;
        nonces.push(script.getAttribute('nonce'));
      },
    })
    .on('style', {
      element(style) {
        nonces.push(style.getAttribute('nonce'));
        styles.push('');
      },
      text({ text }) {
        styles[styles.length - 1] += text;
      },
    })
    .on('script#boot', {
      text({ text }) {
        page.boot += text;
      },
    })
    .transform(new Response(html))
    .text();
  return { ...page, styles, nonces };
}

export const decode = (text: string): string =>
  text.replace(
    /&(amp|lt|gt|quot|#39);/g,
    (_all, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name] ?? '',
  );
