/**
 * A browser in front of a portal, over real HTTP: keeps each host's cookies apart and follows nothing by itself. Used
 * by the integration tests.
 */
import { Buffer } from 'node:buffer';
import { Agent, request as httpRequest } from 'node:http';
import type { Provider } from '../../contract/tenants.ts';
import type { Portal } from '../../scripts/local/portal.ts';
import { visitProvider } from './provider-visit.ts';

export const HOSTS = {
  primary: 'cozyartzmedia.com',
  partnerOne: 'partner1.cozyartzmedia.com',
  partnerSeo: 'partner-seo.com',
} as const;

/** What a browser needs of a portal: where it listens, and under which address a host is open. */
export type OpenPortals = Pick<Portal, 'url' | 'port' | 'origin'>;

let visitors = 0;

const agent = new Agent({ keepAlive: true });

type Init = { method?: string; headers?: Record<string, string>; body?: string | Uint8Array };

export class Browser {
  readonly #portal: OpenPortals;
  /** Its own network address: bounds per address are not met by other tests' visitors. */
  readonly address: string;
  readonly cookies = new Map<string, Map<string, string>>();

  constructor(portal: OpenPortals, address?: string) {
    visitors += 1;
    this.#portal = portal;
    this.address = address ?? `198.51.${Math.floor(visitors / 250)}.${(visitors % 250) + 1}`;
  }

  /** The same person, with the same cookies, in front of other Workers. */
  at(portal: OpenPortals): Browser {
    const browser = new Browser(portal, this.address);
    for (const [host, jar] of this.cookies) browser.cookies.set(host, new Map(jar));
    return browser;
  }

  /** One request; `Set-Cookie` is kept for the host. */
  async request(
    host: string,
    path: string,
    { method = 'GET', headers = {}, body }: Init = {},
  ): Promise<Response> {
    const jar = this.jar(host);
    const response = await send(
      this.#portal,
      `${host}.localhost:${this.#portal.port}`,
      path,
      { method, body },
      {
        'cf-connecting-ip': this.address,
        'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
        ...(jar.size > 0 ? { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') } : {}),
        ...headers,
      },
    );
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';');
      const at = pair.indexOf('=');
      const gone = attributes.some((attribute) => attribute.trim().toLowerCase() === 'max-age=0');
      if (gone) jar.delete(pair.slice(0, at));
      else jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  }

  /** A request that changes something, as a page of the host itself makes it. */
  change(
    host: string,
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<Response> {
    const origin = this.#portal.origin(host);
    if (body === undefined) return this.request(host, path, { method, headers: { origin } });
    const headers = { origin, 'content-type': 'application/json' };
    return this.request(host, path, { method, headers, body: JSON.stringify(body) });
  }

  /** A file as the panel sends it. */
  upload(
    host: string,
    path: string,
    body: Uint8Array,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const origin = this.#portal.origin(host);
    return this.request(host, path, { method: 'PUT', headers: { origin, ...headers }, body });
  }

  jar(host: string): Map<string, string> {
    const known = this.cookies.get(host) ?? new Map<string, string>();
    this.cookies.set(host, known);
    return known;
  }

  /** Starts a sign-in; answers where the browser is sent. */
  async start(
    host: string,
    provider: Provider,
    query = '',
    headers: Record<string, string> = {},
  ): Promise<URL> {
    return providerOf(await this.request(host, `/auth/${provider}${query}`, { headers }));
  }

  /** Starts, goes to the provider, picks, and answers the callback's address without opening it. */
  async startAndPick(host: string, provider: Provider, choice: string, query = ''): Promise<URL> {
    return visitProvider((await this.start(host, provider, query)).href, choice);
  }

  /** Follows a start to the provider and picks there; answers the callback's address. */
  async visit(start: Response, choice: string): Promise<URL> {
    return visitProvider((await providerOf(start)).href, choice);
  }

  /** Opens the callback. */
  finish(callback: URL, headers: Record<string, string> = {}): Promise<Response> {
    return this.request(hostOf(callback), `${callback.pathname}${callback.search}`, { headers });
  }

  /** A whole sign-in; the answer is the callback's. */
  async signIn(host: string, provider: Provider, user: string, query = ''): Promise<Response> {
    return this.finish(await this.startAndPick(host, provider, user, query));
  }
}

async function providerOf(start: Response): Promise<URL> {
  const location = start.headers.get('location');
  if (start.status === 302 && location) return new URL(location);
  throw new Error(`starting answers ${start.status}: ${await start.text()}`);
}

/** The portal's hostname behind an address of this machine: `http://partner-seo.com.localhost:1234` → `partner-seo.com`. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/\.localhost$/, '');
}

/** Node's fetch sets Host itself, so that the request is written by hand. */
function send(
  portal: OpenPortals,
  host: string,
  path: string,
  { method, body }: { method: string; body: string | Uint8Array | undefined },
  headers: Record<string, string>,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      { agent, host: portal.url.hostname, port: portal.port, path, method, headers: { ...headers, host } },
      async (answer) => {
        const chunks: Uint8Array[] = [];
        for await (const chunk of answer) chunks.push(chunk);
        const received = new Headers();
        for (const [name, values] of Object.entries(answer.headersDistinct)) {
          for (const value of values ?? []) received.append(name, value);
        }
        const answered = chunks.length > 0 ? Buffer.concat(chunks) : null;
        resolve(new Response(answered, { status: answer.statusCode ?? 0, headers: received }));
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}
