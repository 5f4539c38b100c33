/** A browser's visit at an identity provider stand-in: follows its redirects, picks a user, and stops at the callback. */

/** Answers the callback URL that the provider sends the browser to; throws when the provider shows an error itself. */
export async function visitProvider(authorizationUrl: string, choice: string | 'cancel'): Promise<URL> {
  const provider = new URL(authorizationUrl).origin;
  const cookies = new Map<string, string>();
  let url = authorizationUrl;
  let form: URLSearchParams | null = null;
  for (let hop = 0; hop < 10; hop++) {
    const response: Response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form ? { method: 'POST', body: form } : {}),
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const location = response.headers.get('location');
    const body = await response.text();
    if (location) {
      const next = new URL(location, url);
      if (next.origin !== provider) return next;
      url = next.href;
      form = null;
    } else if (response.ok && new URL(url).pathname.startsWith('/pick/')) {
      form = new URLSearchParams(choice === 'cancel' ? { deny: '1' } : { user: choice });
    } else {
      throw new Error(
        `the provider answers ${response.status}: ${/<code>(.*?)<\/code>/.exec(body)?.[1] ?? body}`,
      );
    }
  }
  throw new Error('the provider redirects in circles');
}
