/** Which hostname and origin a request is for; called by resolve-tenant for every request. */

import { LRUCache } from 'lru-cache';
import { type Hostname, parseHostname } from '../../contract/hostnames.ts';

export interface RequestedHost {
  /** The normalised logical name: without port and without the suffix of development. */
  readonly hostname: Hostname;
  /** Scheme, host and port as the browser sees them. */
  readonly origin: string;
  /** True when the suffix of development was cut. */
  readonly local: boolean;
}

const REMEMBERED = 2_000;
const HOST_AND_PORT = /^(.*?)\.?(:\d{1,5})?$/s;

/** Reads hosts and remembers the last ones, since parsing a name costs more than everything else on a warm request. */
export class HostReader {
  readonly #localSuffix: string;
  readonly #seen = new LRUCache<string, RequestedHost | 'refused'>({ max: REMEMBERED });

  constructor(localSuffix: string) {
    this.#localSuffix = localSuffix;
  }

  /** Null for what cannot be a tenant's name: IP literals, single labels, malformed names. */
  read(request: Request): RequestedHost | null {
    // X-Forwarded-Host and Forwarded are never looked at: anybody can send them.
    const host = request.headers.get('host') ?? new URL(request.url).host;
    const protocol = request.url.startsWith('https:') ? 'https:' : 'http:';
    const key = `${protocol}//${host}`;
    let read = this.#seen.get(key);
    if (read === undefined) {
      read = this.#parse(host, protocol) ?? 'refused';
      this.#seen.set(key, read);
    }
    return read === 'refused' ? null : read;
  }

  #parse(host: string, protocol: string): RequestedHost | null {
    const [, name = '', port = ''] = HOST_AND_PORT.exec(host) ?? [];
    const local = this.#localSuffix !== '' && name.toLowerCase().endsWith(this.#localSuffix);
    const parsed = parseHostname(local ? `${name.slice(0, -this.#localSuffix.length)}${port}` : host);
    if (!parsed.ok) return null;
    const hostname = parsed.value;
    const origin = local ? `${protocol}//${hostname}${this.#localSuffix}${port}` : `https://${hostname}`;
    return { hostname, origin, local };
  }
}
