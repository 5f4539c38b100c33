/** What the dispatcher and a tenant Worker cost a request, on workerd itself. Called by run.ts. */
import { fileURLToPath } from 'node:url';
import type { Stack } from '../local/stack.ts';
import {
  ASSETS_WORKER,
  BARE_ASSET,
  BARE_DISPATCHER,
  BARE_TENANT,
  KV_WORKER,
  NAMESPACE_MODULE,
  RATE_LIMIT_MODULE,
} from './bare.ts';
import { floodUnknownHosts } from './flood.ts';
import {
  type BenchResult,
  type Comparison,
  compareThroughput,
  judge,
  type Load,
  median,
  perSecond,
  requestsPerSecond,
} from './measure.ts';
import { type Binding, readBuiltModules, type Served, serve } from './workerd.ts';

const KNOWN_HOST = 'partner1.cozyartzmedia.com';
const PROCESSES = 7;
const FLOOD_HOSTS = 100_000;
const FLOOD_SECONDS = 60;

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** The built Workers beside their baselines, in one workerd. */
export async function serveEdge(stack: Stack): Promise<Served> {
  const texts = (vars: Readonly<Record<string, string>>): Record<string, Binding> =>
    Object.fromEntries(Object.entries(vars).map(([name, text]) => [name, { text }]));
  const namespace: Binding = { wrapped: 'bench:namespace', services: { 'partner-tenant': 'tenant' } };
  const bareNamespace: Binding = {
    wrapped: 'bench:namespace',
    services: { 'partner-tenant': 'bare-tenant' },
  };
  const rateLimit: Binding = { wrapped: 'bench:rate-limit', services: {} };
  return serve({
    compatibilityDate: '2026-10-20',
    extensions: { 'bench:namespace': NAMESPACE_MODULE, 'bench:rate-limit': RATE_LIMIT_MODULE },
    folders: { folder: path('dist/client') },
    workers: [
      {
        name: 'dispatcher',
        exposed: true,
        modules: await readBuiltModules(path('dist/worker_dispatcher')),
        bindings: {
          // As in production: real hostnames, and an entry is fresh for five minutes.
          ...texts({ ...stack.dispatcherVars, LOCAL_HOST_SUFFIX: '', FRESH_SECONDS: '300' }),
          DISPATCHER: namespace,
          TENANT_DIRECTORY: { kv: 'kv' },
          UNKNOWN_HOSTS: rateLimit,
          ASSETS: { service: 'assets' },
        },
      },
      {
        name: 'tenant',
        modules: await readBuiltModules(path('dist/worker_tenant')),
        bindings: { ...texts(stack.tenantVars('partner-tenant')), SIGN_IN_RATE_LIMIT: rateLimit },
      },
      { name: 'kv', modules: { 'index.js': KV_WORKER } },
      { name: 'assets', modules: { 'index.js': ASSETS_WORKER }, bindings: { FOLDER: { service: 'folder' } } },
      {
        name: 'bare-dispatcher',
        exposed: true,
        modules: { 'index.js': BARE_DISPATCHER },
        bindings: { DISPATCHER: bareNamespace },
      },
      { name: 'bare-tenant', modules: { 'index.js': BARE_TENANT } },
      {
        name: 'bare-asset',
        exposed: true,
        modules: { 'index.js': BARE_ASSET },
        bindings: { ASSETS: { service: 'assets' } },
      },
    ],
  });
}

/** Each round in a process of its own: identical Workers differ by up to 15 % for as long as one process lives. */
export async function benchHealth(stack: Stack): Promise<BenchResult> {
  const rounds: Comparison[] = [];
  for (let round = 0; round < PROCESSES; round++) {
    const edge = await serveEdge(stack);
    const load = (worker: string): Load => ({ url: `${edge.origin(worker)}/api/health`, host: KNOWN_HOST });
    try {
      rounds.push(
        await compareThroughput(load('bare-dispatcher'), load('dispatcher'), { rounds: 3, seconds: 2 }),
      );
    } finally {
      await edge.stop();
    }
  }
  const middle = (figure: keyof Comparison) => median(rounds.map((round) => round[figure]));
  return judge(
    '/api/health through dispatcher and tenant Worker, against a bare pair',
    middle('ratio'),
    { atLeast: 0.8 },
    '×',
    `${perSecond(middle('subject'))} against ${perSecond(middle('baseline'))}, median of ${PROCESSES} processes`,
  );
}

export async function benchHtml(edge: Served): Promise<BenchResult> {
  const accept = { accept: 'text/html' };
  const { ratio, subject, baseline } = await compareThroughput(
    { url: `${edge.origin('bare-asset')}/`, host: KNOWN_HOST, headers: accept },
    { url: `${edge.origin('dispatcher')}/`, host: KNOWN_HOST, headers: accept },
  );
  return judge(
    'branded HTML, against the bare asset',
    ratio,
    { atLeast: 0.5 },
    '×',
    `${perSecond(subject)} against ${perSecond(baseline)}`,
  );
}

/** 100,000 different hosts that nobody knows, at a steady pace, while a known host is asked for all it can give. */
export async function benchFlood(edge: Served): Promise<BenchResult[]> {
  const known: Load = { url: `${edge.origin('dispatcher')}/api/health`, host: KNOWN_HOST };
  const slice = 5;
  const before: number[] = [];
  for (let round = 0; round < 5; round++) before.push(await requestsPerSecond(known, slice));
  const memoryBefore = await edge.residentMemory();

  const flood = floodUnknownHosts(edge.origin('dispatcher'), FLOOD_HOSTS, FLOOD_SECONDS);
  const during: number[] = [];
  let flooding = true;
  const flooded = flood.finally(() => {
    flooding = false;
  });
  while (flooding) {
    const rate = await requestsPerSecond(known, slice);
    if (flooding) during.push(rate);
  }
  const sent = await flooded;
  const memoryAfter = await edge.residentMemory();

  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  return [
    judge(
      'a known host while 100,000 unknown ones flood in, against before',
      median(during) / median(before),
      { atLeast: 0.8 },
      '×',
      `${perSecond(median(during))} against ${perSecond(median(before))}; ${sent.requests.toLocaleString('en')} unknown hosts ` +
        `at ${perSecond(sent.requests / sent.seconds)}, answered ${sent.statuses}`,
    ),
    judge(
      'memory of workerd after that flood, against before',
      memoryAfter / memoryBefore,
      { atMost: 1.5 },
      '×',
      `${megabytes(memoryAfter)} against ${megabytes(memoryBefore)}, the garbage of the load included`,
    ),
  ];
}
