/**
 * Cloudflare's REST API on loopback, stateful and as strict as the original, for tests and for rehearsals of deployments
 * without an account; and an edge that serves what was uploaded. wrangler reaches it by CLOUDFLARE_API_BASE_URL. Paths
 * and answers: https://developers.cloudflare.com/api/. A call that nobody modelled is a loud 404, kept in `unknownCalls`.
 */
import { randomBytes } from 'node:crypto';
import { type HttpBindings, type ServerType, serve } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ApiFault } from '../api-faults.ts';
import { type Account, createAccount, hexId } from './account.ts';
import { createAssetUploads, serveAssetUploads } from './asset-uploads.ts';
import { serveR2 } from './buckets.ts';
import { serveCustomHostnames } from './custom-hostnames.ts';
import { type Edge, startEdge } from './edge.ts';
import type { EdgeKv } from './edge-kv.ts';
import { ApiRefusal, answerRefusal, ok } from './envelope.ts';
import { type CallSelector, Faults } from './faults.ts';
import { serveKv } from './kv.ts';
import { serveNamespaces } from './namespaces.ts';
import { authenticate, EVERY_PERMISSION, type Permission } from './permissions.ts';
import { serveQueues } from './queues.ts';
import { restoreAccount, type SavedAccount, saveAccount } from './saving.ts';
import { serveScripts } from './scripts.ts';
import { type AccountSnapshot, snapshotOf } from './snapshot.ts';
import { serveVersions } from './versions.ts';
import { serveWorkerDomains } from './worker-domains.ts';
import { serveZones } from './zones.ts';

const PREFIX = '/client/v4';
/** What Cloudflare takes in one request: https://developers.cloudflare.com/workers/platform/limits/#request-limits */
const LARGEST_BODY_BYTES = 100 * 1024 * 1024;

export interface CloudflareApiOptions {
  /** 32 hex digits. */
  readonly accountId?: string;
  /** Domains of the account's zones, all active. */
  readonly zones?: readonly string[];
  /** False: an account that has not bought Workers for Platforms. */
  readonly workersForPlatforms?: boolean;
  /** What the token may do; everything unless said. */
  readonly permissions?: readonly Permission[];
  /** How long a read of KV does not see a write: through the API, and by Workers on the edge. */
  readonly kvLagMilliseconds?: number;
  /** Where mails of Workers on the edge end, see scripts/local/mailbox.ts. */
  readonly mailboxUrl?: string;
}

export interface CloudflareApi {
  /** `http://127.0.0.1:<port>/client/v4`, for CLOUDFLARE_API_BASE_URL. */
  readonly url: string;
  readonly token: string;
  readonly accountId: string;
  /** What was asked, oldest first: `GET /accounts/…`, without query. */
  readonly calls: readonly string[];
  /** Those of them that are not modelled here. */
  readonly unknownCalls: readonly string[];
  /** Comparable: of two runs that ended in the same state, whatever happened on the way. */
  snapshot(): AccountSnapshot;
  /** `met` is told of each such call as it comes in; with null that is all. */
  breakCall(selector: CallSelector, fault: ApiFault | null, met?: () => void): void;
  /** Nothing is broken any more; what hangs, hangs. */
  mendCalls(): void;
  /** Cuts what hangs: to a client the same as its own limit of time. */
  cutCalls(): void;
  save(): SavedAccount;
  restore(saved: SavedAccount): void;
  /** The owner of a domain points it at `target` by a CNAME, wherever its DNS is. */
  pointDomain(hostname: string, target: string): void;
  /** Serves what was uploaded, by Host. */
  readonly edge: Pick<Edge, 'url' | 'port' | 'logs' | 'runSchedule'>;
  close(): Promise<void>;
}

export async function startCloudflareApi({
  accountId = hexId('account'),
  zones = [],
  workersForPlatforms = true,
  permissions = EVERY_PERMISSION,
  kvLagMilliseconds = 0,
  mailboxUrl,
}: CloudflareApiOptions = {}): Promise<CloudflareApi> {
  const account = createAccount({ accountId, zones, workersForPlatforms, kvLagMilliseconds });
  const token = { value: randomBytes(30).toString('base64url'), permissions: new Set(permissions) };
  const calls: string[] = [];
  const unknownCalls: string[] = [];
  const faults = new Faults();
  const edge = await startEdge(account, mailboxUrl ?? null);
  const server = await listen(createApp(account, edge.kv, token, calls, unknownCalls, faults));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port to listen on');
  return {
    url: `http://127.0.0.1:${address.port}${PREFIX}`,
    token: token.value,
    accountId,
    calls,
    unknownCalls,
    snapshot: () => snapshotOf(account),
    breakCall: (selector, fault, met) => faults.plan(selector, fault, met),
    mendCalls: () => faults.clear(),
    cutCalls: () => faults.release(),
    save: () => saveAccount(account),
    restore: (saved) => restoreAccount(account, saved),
    pointDomain: (hostname, target) => void account.pointed.set(hostname, target),
    edge,
    async close() {
      faults.release();
      await edge.close();
      await new Promise<void>((closed) => {
        server.close(() => closed());
        if ('closeAllConnections' in server) server.closeAllConnections();
      });
    },
  };
}

function createApp(
  account: Account,
  values: EdgeKv,
  token: Parameters<typeof authenticate>[0],
  calls: string[],
  unknownCalls: string[],
  faults: Faults,
): Hono<{ Bindings: HttpBindings }> {
  const api = new Hono();
  const assetUploads = createAssetUploads();
  const pathOf = (c: { req: { path: string } }) => c.req.path.slice(PREFIX.length);
  api.use(authenticate(token, account, pathOf));
  const tooLarge = { status: 413, errors: [{ code: 10024, message: 'payload too large' }] } as const;
  api.use(bodyLimit({ maxSize: LARGEST_BODY_BYTES, onError: (c) => answerRefusal(c, tooLarge) }));
  api.get('/user/tokens/verify', (c) =>
    ok(c, { id: hexId('token'), status: 'active' }, 200, [
      { code: 10000, message: 'This API Token is valid and active' },
    ]),
  );
  // wrangler wants to tell whose token was refused; one for an account has no right to know.
  for (const path of ['/user', '/memberships'])
    api.get(path, (c) =>
      answerRefusal(c, {
        status: 403,
        errors: [{ code: 9109, message: 'Unauthorized to access requested resource' }],
      }),
    );
  api.get('/accounts', (c) => ok(c, [shownAccount(account)]));
  api.get('/accounts/:account', (c) => ok(c, shownAccount(account)));
  serveAssetUploads(api, account, assetUploads);
  serveNamespaces(api, account, assetUploads);
  serveVersions(api, account, assetUploads);
  serveScripts(api, account, assetUploads);
  serveKv(api, account, values);
  serveR2(api, account);
  serveQueues(api, account);
  serveZones(api, account);
  serveCustomHostnames(api, account);
  serveWorkerDomains(api, account);

  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use((c, next) => {
    const call = `${c.req.method} ${pathOf(c)}`;
    calls.push(call);
    return faults.meet(c, call, next);
  });
  app.route(PREFIX, api);
  app.notFound((c) => {
    unknownCalls.push(`${c.req.method} ${pathOf(c)}`);
    return answerRefusal(c, {
      status: 404,
      errors: [
        {
          code: 7003,
          message: `Could not route to ${pathOf(c)}, perhaps your object identifier is invalid?`,
        },
        {
          code: 7000,
          message: `No route for that URI: the stand-in does not know ${c.req.method} ${pathOf(c)}`,
        },
      ],
    });
  });
  app.onError((error, c) => {
    if (error instanceof ApiRefusal) return answerRefusal(c, error);
    console.error(error);
    return answerRefusal(c, {
      status: 500,
      errors: [{ code: 10002, message: `The stand-in failed: ${error}` }],
    });
  });
  return app;
}

function shownAccount({ id }: Account) {
  return { id, name: 'Operator', type: 'standard', settings: { enforce_twofactor: false } };
}

function listen(app: Hono<{ Bindings: HttpBindings }>): Promise<ServerType> {
  return new Promise((listening) => {
    const started = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, () => listening(started));
  });
}
