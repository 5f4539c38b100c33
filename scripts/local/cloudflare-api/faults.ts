/**
 * What goes wrong with a call, on request: at the nth call from now, or at calls that match. Used by server.ts. The
 * shapes are those of https://developers.cloudflare.com/fundamentals/api/reference/limits/ (429 with Retry-After) and of
 * Cloudflare's own gateway (502 as HTML).
 */
import type { HttpBindings } from '@hono/node-server';
import type { Context, Next } from 'hono';
import type { ApiFault } from '../api-faults.ts';
import { answerRefusal } from './envelope.ts';

/**
 * The nth call from now, 1 is the next one; or calls whose `METHOD /path` matches, after the first `after` of them (none
 * unless said), `times` of them (one unless said).
 */
export type CallSelector =
  | { readonly nth: number }
  | { readonly match: string | RegExp; readonly after?: number; readonly times?: number };

interface Planned {
  readonly hits: (call: string) => boolean;
  /** Null: nothing goes wrong with it. */
  readonly fault: ApiFault | null;
  readonly met: () => void;
}

export class Faults {
  readonly #planned = new Set<Planned>();
  readonly #hanging = new Set<() => void>();

  /** `met` is told of each such call as it comes in. */
  plan(selector: CallSelector, fault: ApiFault | null, met: () => void = () => {}): void {
    let early = 'nth' in selector ? 0 : (selector.after ?? 0);
    let left = 'nth' in selector ? selector.nth : (selector.times ?? 1);
    const planned: Planned = {
      ...{ fault, met },
      hits: (call) => {
        if ('match' in selector && !matches(selector.match, call)) return false;
        early -= 1;
        if (early >= 0) return false;
        left -= 1;
        if (left === 0) this.#planned.delete(planned);
        return 'match' in selector || left === 0;
      },
    };
    this.#planned.add(planned);
  }

  /** Nothing is broken any more; what hangs, hangs. */
  clear(): void {
    this.#planned.clear();
  }

  /** Cuts every connection that hangs. */
  release(): void {
    for (const cut of this.#hanging) cut();
    this.#hanging.clear();
  }

  async meet(
    c: Context<{ Bindings: HttpBindings }>,
    call: string,
    next: Next,
  ): Promise<Response | undefined> {
    // Each plan counts each call, so that two plans do not shift one another.
    const hit = [...this.#planned].filter(({ hits }) => hits(call));
    for (const { met } of hit) met();
    const fault = hit[0]?.fault ?? null;
    const { socket } = c.env.incoming;
    switch (fault) {
      case 'refused':
        return answerRefusal(c, { status: 403, errors: [{ code: 10000, message: 'Authentication error' }] });
      case 'rate-limited':
        return answerRefusal(
          c,
          {
            status: 429,
            errors: [{ code: 971, message: 'Please wait and consider throttling your request speed' }],
          },
          { 'retry-after': '1' },
        );
      case 'failing':
        return answerRefusal(c, {
          status: 500,
          errors: [{ code: 10002, message: 'An unknown error occurred' }],
        });
      case 'bad-gateway':
        return c.html('<html>\n<head><title>502 Bad Gateway</title></head>\n<body></body>\n</html>\n', 502);
      case 'hanging':
        await new Promise<void>((released) => {
          this.#hanging.add(released);
          socket.once('close', released);
        });
        socket.destroy();
        return c.body(null, 502);
      case 'answer-lost':
        await next();
        socket.destroy();
        return undefined;
      case null:
        await next();
        return undefined;
    }
  }
}

function matches(pattern: string | RegExp, call: string): boolean {
  return typeof pattern === 'string' ? call.includes(pattern) : pattern.test(call);
}
