/** A signed-in session for benchmarks, through the real sign-in. Called by me.ts. */
import { type IncomingHttpHeaders, request } from 'node:http';
import { visitProvider } from '../../worker-tenant/tests/provider-visit.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One GET with a Host header of our choice, which `fetch` would not send. */
export function get(url: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { headers }, (incoming) => {
      let body = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (chunk: string) => {
        body += chunk;
      });
      incoming.once('end', () =>
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body }),
      );
    });
    outgoing.once('error', reject);
    outgoing.end();
  });
}

function cookiesOf(answer: Answer): string[] {
  return (answer.headers['set-cookie'] ?? []).map((line) => line.split(';', 1)[0] ?? '');
}

/** Signs a person of the GitHub stand-in in at `host` and answers the Cookie header of the session. */
export async function signInWithGitHub(origin: string, host: string, person: string): Promise<string> {
  const started = await get(`${origin}/auth/github`, { host });
  const flow = cookiesOf(started).join('; ');
  if (!started.headers.location) throw new Error(`starting answered ${started.status}: ${started.body}`);
  const callback = await visitProvider(started.headers.location, person);
  const finished = await get(`${origin}${callback.pathname}${callback.search}`, { host, cookie: flow });
  const session = cookiesOf(finished).find((cookie) => cookie.startsWith('__Host-session='));
  if (!session) throw new Error(`the callback answered ${finished.status}: ${finished.body}`);
  return session;
}
