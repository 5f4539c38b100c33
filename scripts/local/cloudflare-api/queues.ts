/**
 * Queues and their consumers. A consumer is an account's Worker, never one of a dispatch namespace.
 * https://developers.cloudflare.com/api/resources/queues/ and
 * https://developers.cloudflare.com/queues/reference/error-codes/
 */
import type { Hono } from 'hono';
import { z } from 'zod';
import { type Account, hexId, now, type Queue, type QueueConsumer } from './account.ts';
import { ok, okPage, readBody, refuse } from './envelope.ts';

const QUEUE_NAME = /^[a-zA-Z0-9][a-zA-Z0-9-]{0,61}[a-zA-Z0-9]$/;

const consumerSchema = z.object({
  type: z.literal('worker'),
  script_name: z.string(),
  dead_letter_queue: z.string().nullish(),
  settings: z
    .object({
      batch_size: z.number().int().min(1).max(100).optional(),
      max_retries: z.number().int().min(0).max(100).optional(),
      max_wait_time_ms: z.number().int().min(0).max(60_000).optional(),
      max_concurrency: z.number().int().min(1).max(250).nullish(),
      retry_delay: z.number().int().min(0).max(86_400).optional(),
    })
    .default({}),
});

export function serveQueues(app: Hono, account: Account): void {
  const ALL = '/accounts/:account/queues';
  const find = (id: string) => account.queues.get(id) ?? refuse(404, 10104, 'Queue does not exist');
  const named = (name: string) => [...account.queues.values()].find((queue) => queue.name === name);

  app.get(ALL, (c) => {
    const names = c.req.queries('name') ?? [];
    const queues = [...account.queues.values()].filter(
      ({ name }) => names.length === 0 || names.includes(name),
    );
    return okPage(
      c,
      queues.map((queue) => shownQueue(account, queue)),
    );
  });
  app.post(ALL, async (c) => {
    const { queue_name: name } = await readBody(
      c,
      z.object({ queue_name: z.string(), settings: z.unknown().optional() }),
    );
    if (!QUEUE_NAME.test(name)) refuse(400, 11003, `Invalid queue name: ${name}`);
    if (named(name))
      refuse(409, 11009, `Queue name '${name}' is already taken. Please use a different name and try again.`);
    const queue: Queue = { id: hexId('queue', name), name, createdOn: now(), consumers: [] };
    account.queues.set(queue.id, queue);
    return ok(c, shownQueue(account, queue), 201);
  });
  app.get(`${ALL}/:queue`, (c) => ok(c, shownQueue(account, find(c.req.param('queue')))));
  app.delete(`${ALL}/:queue`, (c) => {
    const queue = find(c.req.param('queue'));
    if (queue.consumers.length > 0) refuse(409, 11005, 'Queue still has consumers.');
    account.queues.delete(queue.id);
    return ok(c, null);
  });

  function readConsumer({ script_name, settings, dead_letter_queue }: z.infer<typeof consumerSchema>) {
    if (!account.scripts.has(script_name)) refuse(404, 10007, 'This Worker does not exist on your account.');
    if (dead_letter_queue && !named(dead_letter_queue))
      refuse(400, 11000, `Queue "${dead_letter_queue}" does not exist.`);
    return { script: script_name, settings, deadLetterQueue: dead_letter_queue ?? null };
  }
  app.get(`${ALL}/:queue/consumers`, (c) => {
    const queue = find(c.req.param('queue'));
    return ok(
      c,
      queue.consumers.map((consumer) => shownConsumer(queue, consumer)),
    );
  });
  app.post(`${ALL}/:queue/consumers`, async (c) => {
    const queue = find(c.req.param('queue'));
    const read = readConsumer(await readBody(c, consumerSchema));
    if (queue.consumers.length > 0) refuse(409, 11004, `Queue "${queue.name}" already has a consumer.`);
    const consumer: QueueConsumer = { id: hexId('consumer', queue.name, read.script), ...read };
    queue.consumers.push(consumer);
    account.codeRevision += 1;
    return ok(c, shownConsumer(queue, consumer));
  });
  app.put(`${ALL}/:queue/consumers/:consumer`, async (c) => {
    const queue = find(c.req.param('queue'));
    const at = queue.consumers.findIndex(({ id }) => id === c.req.param('consumer'));
    const present = queue.consumers[at];
    if (present === undefined) return refuse(404, 11006, 'Consumer does not exist');
    const consumer = { id: present.id, ...readConsumer(await readBody(c, consumerSchema)) };
    queue.consumers[at] = consumer;
    account.codeRevision += 1;
    return ok(c, shownConsumer(queue, consumer));
  });
  app.delete(`${ALL}/:queue/consumers/:consumer`, (c) => {
    const queue = find(c.req.param('queue'));
    const at = queue.consumers.findIndex(({ id }) => id === c.req.param('consumer'));
    if (at < 0) refuse(404, 11006, 'Consumer does not exist');
    queue.consumers.splice(at, 1);
    account.codeRevision += 1;
    return ok(c, null);
  });
}

function shownQueue(account: Account, queue: Queue) {
  const producers = [...account.scripts.values()].flatMap(({ name, versions }) =>
    (versions.at(-1)?.upload.bindings ?? [])
      .filter(({ type, queue_name }) => type === 'queue' && queue_name === queue.name)
      .map(() => ({ type: 'worker', script: name })),
  );
  return {
    queue_id: queue.id,
    queue_name: queue.name,
    created_on: queue.createdOn,
    modified_on: queue.createdOn,
    producers,
    producers_total_count: producers.length,
    consumers: queue.consumers.map((consumer) => shownConsumer(queue, consumer)),
    consumers_total_count: queue.consumers.length,
    settings: { delivery_delay: 0, message_retention_period: 345_600, delivery_paused: false },
  };
}

function shownConsumer(queue: Queue, { id, script, settings, deadLetterQueue }: QueueConsumer) {
  return {
    consumer_id: id,
    type: 'worker',
    script,
    script_name: script,
    queue_name: queue.name,
    queue_id: queue.id,
    settings,
    dead_letter_queue: deadLetterQueue ?? '',
  };
}
