/**
 * A stand-in for Supabase's `rpc/resolve_hostname`, over real HTTP and as strict as the hosted one; started once for
 * the dispatcher's tests (vitest's globalSetup). Each test has a world of its own, named by its publishable key, and
 * tells it over `/worlds/<key>` which hostnames it knows and how it behaves.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';

interface World {
  /** Hostname → what the rpc answers as `tenant`, with its version. */
  hosts: Record<string, { readonly tenant: unknown; readonly version: number }>;
  /** The sequence's last value: the version of an answer about an unknown hostname. */
  version: number;
  behaviour: 'answers' | 'fails' | 'hangs' | 'talks-nonsense';
  /** While true, answers are made at once and delivered only when it turns false. */
  holds: boolean;
}

interface Running extends World {
  readonly calls: string[];
  readonly parked: (() => void)[];
}

declare module 'vitest' {
  interface ProvidedContext {
    supabaseStandIn: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { url, stop } = await startSupabaseStandIn();
  project.provide('supabaseStandIn', url);
  return stop;
}

export async function startSupabaseStandIn(): Promise<{ url: string; stop(): Promise<void> }> {
  const worlds = new Map<string, Running>();
  const server = createServer((request, response) => {
    handle(request, response, worlds).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, stop };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  worlds: Map<string, Running>,
): Promise<void> {
  const path = request.url ?? '';
  const control = /^\/worlds\/([\w-]+)$/.exec(path);
  if (control?.[1] !== undefined) return steer(request, response, worlds, control[1]);
  if (path !== '/rest/v1/rpc/resolve_hostname')
    return answer(response, 404, { message: `no such path: ${path}` });
  if (request.method !== 'POST') return answer(response, 405, { message: 'an rpc is a POST' });

  const key = String(request.headers['apikey'] ?? '');
  const world = worlds.get(key);
  if (!world) return answer(response, 401, { message: 'Invalid API key' });
  const { authorization } = request.headers;
  if (authorization !== undefined && authorization !== `Bearer ${key}`) {
    return answer(response, 401, { message: 'Expected no token but the publishable key' });
  }
  if (!request.headers['content-type']?.startsWith('application/json')) {
    return answer(response, 415, { message: 'Expected JSON' });
  }
  const body: unknown = JSON.parse(await text(request));
  const hostname = hostnameOf(body);
  if (hostname === null) return answer(response, 400, { message: 'Expected exactly p_hostname, normalised' });

  world.calls.push(hostname);
  const known = Object.hasOwn(world.hosts, hostname) ? world.hosts[hostname] : undefined;
  const resolution = known ?? { tenant: null, version: world.version };
  if (world.behaviour === 'fails') return answer(response, 503, { message: 'upstream connect error' });
  if (world.behaviour === 'talks-nonsense')
    return answer(response, 200, { tenant: 'partner1', version: 'new' });
  if (world.behaviour === 'hangs') return;
  if (world.holds) await new Promise<void>((resolve) => world.parked.push(resolve));
  answer(response, 200, resolution);
}

async function steer(
  request: IncomingMessage,
  response: ServerResponse,
  worlds: Map<string, Running>,
  key: string,
): Promise<void> {
  const world = worlds.get(key) ?? {
    hosts: {},
    version: 1,
    behaviour: 'answers' as const,
    holds: false,
    calls: [],
    parked: [],
  };
  worlds.set(key, world);
  if (request.method === 'PUT') {
    Object.assign(world, JSON.parse(await text(request)));
    if (!world.holds) for (const release of world.parked.splice(0)) release();
  }
  answer(response, 200, { calls: world.calls, parked: world.parked.length });
}

function hostnameOf(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || Object.keys(body).join() !== 'p_hostname') return null;
  const hostname: unknown = Object.values(body)[0];
  return typeof hostname === 'string' && /^[a-z0-9.-]{3,253}$/.test(hostname) ? hostname : null;
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
