/**
 * The Data API of development and tests: PostgREST's protocol by @supabase/lite on a real Postgres, as strict as a
 * hosted project: requests run as `authenticator`, and only what that role may become. Called by scripts/dev.ts and
 * scripts/local/platform.ts.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { type ServerType, serve } from '@hono/node-server';
import { App } from '@supabase/lite';
import { createPostgresConnection, type PostgresConnection } from '@supabase/lite/postgres';
import type { JWTPayload } from 'jose';
import { answerDatabaseError, isDatabaseError } from './data-api-errors.ts';
import { createAdmission, type TokenOptions } from './data-api-tokens.ts';
import { openRequest, type RequestState, readConfiguration } from './data-api-transaction.ts';

export interface DataApiOptions extends TokenOptions {
  /** The database, as `postgres`: it reads the catalog. Requests log in as `authenticator`. */
  readonly databaseUrl: string;
  /** 0 or left out: a free one. */
  readonly port?: number;
  /** Largest request body; 1 MiB unless said otherwise. */
  readonly maxBodyBytes?: number;
  /** Connections for requests; 8 unless said otherwise. */
  readonly connections?: number;
}

export interface DataApi {
  /** What SUPABASE_URL is. */
  readonly url: string;
  close(): Promise<void>;
}

const DEFAULT_MAX_BODY_BYTES = 1024 * 1024;
const MAX_ROWS = 1000;

export async function startDataApi(options: DataApiOptions): Promise<DataApi> {
  const catalog = connect(options.databaseUrl, 2);
  const requests = connect(asAuthenticator(options.databaseUrl), options.connections ?? 8);
  const current = new AsyncLocalStorage<RequestState>();
  let configuration = await readConfiguration(catalog);
  await catalog.introspect({ useCache: true });

  requests.introspect = (introspection) => catalog.introspect(introspection);
  requests.withContext = async (_variables, run, context) => {
    const state = current.getStore();
    if (!state) throw new Error('A query without a request');
    if (context?.transaction) return run(context.transaction);
    try {
      return await requests.kysely.transaction().execute(async (transaction) => {
        await openRequest(transaction, state, configuration, catalog);
        return run(transaction);
      });
    } catch (error) {
      state.failure = error;
      // Answered by us; this wording is one that lite does not log.
      throw isDatabaseError(error) ? new Error('Invalid JSON body') : error;
    }
  };

  const claimsByKey = new Map<string, JWTPayload>();
  const app = new App({
    connection: requests,
    api: { schemas: ['public'], max_rows: MAX_ROWS },
    auth: { enabled: false },
    options: {
      server: {
        disableStudio: true,
        // lite refuses tokens that it did not make: it is given each verified one under a key of that request alone.
        apiKeys: {
          resolver: async (key) => {
            const claims = claimsByKey.get(key);
            return claims ? { type: 'publishable', claims: { ...claims } } : null;
          },
        },
      },
    },
  });

  const admit = createAdmission(options);
  const fetch = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    if (!url.pathname.startsWith('/rest/v1/')) return json(404, { message: 'no Route matched' });
    const admission = await admit(request.headers);
    if (!admission.ok) return json(admission.refusal.status, admission.refusal.body);
    const body = await readBody(request, options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES);
    if (body === 'too-large') {
      // The rest of the body stays unread, so the connection cannot serve another request.
      return json(413, { message: 'Request body too large' }, { connection: 'close' });
    }

    const { claims } = admission;
    const role = typeof claims['role'] === 'string' ? claims['role'] : 'anon';
    const headers = new Headers(request.headers);
    const key = randomUUID();
    headers.delete('authorization');
    headers.set('apikey', key);
    const state: RequestState = {
      claims: { ...claims, role },
      role,
      method: request.method,
      path: url.pathname.slice('/rest/v1'.length),
      headers: Object.fromEntries(request.headers),
    };
    claimsByKey.set(key, state.claims);
    try {
      const inner = new Request(request.url, { method: request.method, headers, body });
      const response = await current.run(state, () => app.fetch(inner));
      return isDatabaseError(state.failure) ? answerDatabaseError(state.failure, role === 'anon') : response;
    } finally {
      claimsByKey.delete(key);
    }
  };

  const reload = async () => {
    await Promise.all([catalog.clearSchemaCache(), requests.clearSchemaCache()]);
    configuration = await readConfiguration(catalog);
  };
  const subscription = await catalog.driver.listen('pgrst', () => void reload().catch(() => {}));
  const { server, port } = await listen(fetch, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      await new Promise<void>((done) => {
        server.close(() => done());
        if ('closeAllConnections' in server) server.closeAllConnections();
      });
      await subscription.unlisten().catch(() => {});
      // Requests that were cut off may still wait for a connection: they are not waited for.
      await Promise.all([requests.driver.end({ timeout: 1 }), catalog.driver.end({ timeout: 1 })]);
    },
  };
}

/** PostgREST answers with Postgres' own JSON: numbers are numbers and moments have a `T` and a full offset. */
function connect(url: string, max: number): PostgresConnection {
  const verbatim = (text: unknown) => text;
  const types = {
    // An object comes as the text that it is written in: written once more, it would become a JSON string.
    jsonb: {
      to: 3802,
      from: [3802],
      serialize: (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value)),
      parse: (text: string): unknown => JSON.parse(text),
    },
    numeric: { to: 1700, from: [1700], serialize: String, parse: Number },
    timestamp: {
      to: 1114,
      from: [1114],
      serialize: verbatim,
      parse: (text: string) => text.replace(' ', 'T'),
    },
    timestamptz: {
      to: 1184,
      from: [1184],
      serialize: verbatim,
      parse: (text: string) => text.replace(' ', 'T').replace(/([+-]\d{2})$/, '$1:00'),
    },
  };
  return createPostgresConnection({ url, postgresOptions: { max, onnotice: () => {}, types } });
}

/** `authenticator` has the local password of all roles; on a hosted project only PostgREST knows it. */
function asAuthenticator(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.username = 'authenticator';
  return url.href;
}

/** A body within its bound, null when there is none. */
type Body = Uint8Array<ArrayBuffer> | null | 'too-large';

async function readBody(request: Request, bound: number): Promise<Body> {
  if (!request.body) return null;
  if (Number(request.headers.get('content-length') ?? 0) > bound) return 'too-large';
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body) {
    length += chunk.byteLength;
    if (length > bound) return 'too-large';
    chunks.push(chunk);
  }
  return Uint8Array.from(Buffer.concat(chunks));
}

function listen(
  fetch: (request: Request) => Promise<Response>,
  port: number,
): Promise<{ server: ServerType; port: number }> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, port, hostname: '127.0.0.1', overrideGlobalObjects: false }, (info) =>
      resolve({ server, port: info.port }),
    );
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new Error(`Port ${port} is in use (Data API).`) : error),
    );
  });
}

function json(
  status: number,
  body: Readonly<Record<string, unknown>>,
  headers: Record<string, string> = {},
): Response {
  return Response.json(body, { status, headers });
}
