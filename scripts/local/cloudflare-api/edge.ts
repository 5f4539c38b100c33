/**
 * Cloudflare's edge for one account: listens on loopback, decides by Host which Worker and which of its versions
 * answers, and hands the request to workerd. Started by server.ts. A host `<name>.localhost` is the portal of `<name>`
 * and plain HTTP, as in development; any other host is asked for as if by HTTPS, as in production.
 */
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Account } from './account.ts';
import { EXCEPTION_HEADER, WORKER_HEADER } from './edge-front.ts';
import { EdgeKv } from './edge-kv.ts';
import { findTarget, pickVersion } from './edge-routes.ts';
import { type EdgeLog, EdgeRuntime } from './edge-runtime.ts';
import { workerName } from './edge-workers.ts';

/** https://developers.cloudflare.com/workers/platform/limits/#request-limits */
const LARGEST_BODY_BYTES = 100 * 1024 * 1024;
const LOCAL_SUFFIX = /\.localhost$/;
const OVERRIDES = 'cloudflare-workers-version-overrides';

export interface Edge {
  /** `http://127.0.0.1:<port>`; the Host header says which portal. */
  readonly url: string;
  readonly port: number;
  /** What Workers have logged, oldest first. */
  logs(): readonly EdgeLog[];
  /** Runs the cron of a Worker's deployed version; one that it has not is an error. */
  runSchedule(script: string, cron: string): Promise<void>;
  /** The values that Workers read and write. */
  readonly kv: EdgeKv;
  close(): Promise<void>;
}

export async function startEdge(account: Account, mailboxUrl: string | null): Promise<Edge> {
  const runtime = new EdgeRuntime(account, mailboxUrl);
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    answer(account, runtime, requests, request, response).catch((error: unknown) => {
      if (!response.headersSent) refuse(response, 500, `The edge failed: ${error}`);
      else response.destroy();
    });
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    logs: () => runtime.logs,
    kv: new EdgeKv(runtime),
    async runSchedule(script, cron) {
      if (!account.scripts.get(script)?.schedules.includes(cron))
        throw new Error(`${script} has no schedule ${cron}`);
      const { outcome } = await runtime.use(async (_url, miniflare) => {
        const version = pickVersion(account, script, undefined, 0);
        if (version === null) throw new Error(`${script} is not deployed`);
        return (await miniflare.getWorker(workerName(script, version))).scheduled({ cron });
      });
      if (outcome !== 'ok') throw new Error(`The schedule ${cron} of ${script} ended with ${outcome}`);
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((closed) => void server.close(() => closed()));
      await runtime.close();
    },
  };
}

async function answer(
  account: Account,
  runtime: EdgeRuntime,
  count: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { authority, local, name } = readHost(request.headers.host ?? '');
  const path = request.url ?? '/';
  const target = findTarget(account, name, path.split('?')[0] ?? '/');
  if (!target.ok) return refuse(response, target.refusal.status, target.refusal.why);
  if (Number(request.headers['content-length'] ?? 0) > LARGEST_BODY_BYTES)
    return refuse(response, 413, 'The body is larger than 100 MB.');
  const original = new URL(path, `${local ? 'http' : 'https'}://${authority}`);
  await runtime.use(async (url) => {
    // Here, not before: a restart may have changed what is deployed.
    const version = pickVersion(account, target.script, request.headers[OVERRIDES], count);
    if (version === null) return refuse(response, 500, `The Worker ${target.script} is not deployed.`);
    await forward(url, original, workerName(target.script, version), request, response);
  });
}

function readHost(header: string): { authority: string; local: boolean; name: string } {
  const authority = header.toLowerCase();
  const hostname = authority.replace(/:\d+$/, '');
  const local = LOCAL_SUFFIX.test(hostname);
  // In production nobody sees the port of this machine.
  return { authority: local ? authority : hostname, local, name: hostname.replace(LOCAL_SUFFIX, '') };
}

/** Byte for byte, in both directions; workerd learns the Worker and what the visitor asked for by headers of ours. */
function forward(
  url: URL,
  original: URL,
  worker: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  return new Promise((done, failed) => {
    const headers = {
      ...request.headers,
      host: original.host,
      'cf-connecting-ip': request.headers['cf-connecting-ip'] ?? '127.0.0.1',
      'x-forwarded-proto': original.protocol.slice(0, -1),
      'mf-original-url': original.href,
      [WORKER_HEADER]: worker,
    };
    const sent = httpRequest(
      { host: url.hostname, port: url.port, path: request.url, method: request.method, headers },
      (answered) => {
        // Cloudflare says 1101 and no more.
        if (answered.headers[EXCEPTION_HEADER] !== undefined) {
          answered.resume();
          refuse(response, 500, `The Worker ${worker} threw an exception (1101).`);
          return done();
        }
        response.writeHead(answered.statusCode ?? 502, answered.headers);
        pipeline(answered, response).then(done, failed);
      },
    );
    sent.once('error', failed);
    pipeline(request, sent).catch(failed);
  });
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cf-edge-refusal': encodeURI(why),
  });
  response.end(`error code: ${status}\n${why}\n`);
}

function listen(server: Server): Promise<number> {
  return new Promise((listening, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') failed(new Error('no port to listen on'));
      else listening(address.port);
    });
  });
}
