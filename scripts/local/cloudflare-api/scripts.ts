/**
 * The account's own Workers: upload, settings, secrets, schedules, subdomain, and the older `services` view that
 * wrangler asks first. https://developers.cloudflare.com/api/resources/workers/subresources/scripts/. Versions and
 * deployments are in versions.ts, routes in zones.ts.
 */
import type { Hono } from 'hono';
import { z } from 'zod';
import { type Account, type AccountScript, hexId, now, type Upload } from './account.ts';
import { type AssetUploads, openSession } from './asset-uploads.ts';
import { shownBinding } from './bindings.ts';
import { ok, readBody, refuse } from './envelope.ts';
import { changedSecrets, deletedSecret, secretNames, secretSchema } from './secrets.ts';
import { readUpload } from './uploads.ts';
import { addVersion, deploy, latestUpload } from './versions.ts';

/** A name is a label of a workers.dev address: https://developers.cloudflare.com/workers/wrangler/configuration/ */
const SCRIPT_NAME = /^[a-z0-9_][a-z0-9_-]{0,62}$/;
const CRON = /^(?:\S+ ){4}\S+$/;
const MOST_SCHEDULES = 250;

export function findScript(account: Account, name: string): AccountScript {
  return account.scripts.get(name) ?? refuse(404, 10007, 'This Worker does not exist on your account.');
}

export function serveScripts(app: Hono, account: Account, assetUploads: AssetUploads): void {
  const WORKERS = '/accounts/:account/workers';
  const SCRIPT = `${WORKERS}/scripts/:script`;
  const find = (name: string) => findScript(account, name);

  app.get(`${WORKERS}/scripts`, (c) => ok(c, [...account.scripts.values()].map(shownScript)));
  app.put(SCRIPT, async (c) => {
    const name = c.req.param('script');
    if (!SCRIPT_NAME.test(name)) refuse(400, 10016, `Invalid Worker name '${name}'.`);
    const present = account.scripts.get(name);
    const previous = present ? latestUpload(present) : null;
    const upload = await readUpload(c, { account, assetUploads, previous });
    const script = present ?? createScript(name);
    account.scripts.set(name, script);
    const version = addVersion(account, script, upload, 'wrangler');
    deploy(account, script, [{ version_id: version.id, percentage: 100 }], upload.annotations);
    if (upload.observability !== null)
      script.settings = { ...script.settings, observability: upload.observability };
    if (upload.tags.length > 0) script.settings = { ...script.settings, tags: upload.tags };
    return ok(c, { ...shownScript(script), deployment_id: version.id.replaceAll('-', '') });
  });
  app.delete(SCRIPT, (c) => {
    const script = find(c.req.param('script'));
    const forced = c.req.query('force') === 'true';
    const bound = [...account.scripts.values()].find(
      (other) =>
        other !== script &&
        latestUpload(other).bindings.some(
          ({ type, service }) => type === 'service' && service === script.name,
        ),
    );
    if (bound && !forced)
      refuse(
        409,
        10064,
        `This Worker is referenced by other Workers through service bindings: ${bound.name}`,
      );
    account.scripts.delete(script.name);
    for (const { consumers } of account.queues.values()) {
      const at = consumers.findIndex((consumer) => consumer.script === script.name);
      if (at >= 0) consumers.splice(at, 1);
    }
    for (const { routes } of account.zones.values())
      for (const route of routes.values()) if (route.script === script.name) routes.delete(route.id);
    account.codeRevision += 1;
    return ok(c, null);
  });
  app.post(`${SCRIPT}/assets-upload-session`, (c) => openSession(c, account, assetUploads));

  app.get(`${WORKERS}/services/:script`, (c) => {
    const script = account.scripts.get(c.req.param('script'));
    if (script === undefined) return refuse(404, 10090, 'This service does not exist on your account.');
    return ok(c, {
      id: script.name,
      default_environment: {
        environment: 'production',
        created_on: script.createdOn,
        modified_on: script.modifiedOn,
        script: { ...shownScript(script), tag: script.tag, tags: script.settings['tags'] ?? [] },
      },
      created_on: script.createdOn,
      modified_on: script.modifiedOn,
      usage_model: 'standard',
    });
  });
  app.get(`${WORKERS}/workers/:script`, (c) => {
    const { name, tag, subdomain, settings, createdOn, modifiedOn } = find(c.req.param('script'));
    return ok(c, {
      id: tag,
      name,
      subdomain,
      observability: settings['observability'] ?? { enabled: false },
      logpush: settings['logpush'] ?? false,
      tags: settings['tags'] ?? [],
      tail_consumers: settings['tail_consumers'] ?? [],
      created_on: createdOn,
      updated_on: modifiedOn,
    });
  });
  app.get(`${WORKERS}/subdomain`, () =>
    refuse(404, 10007, 'This account has no workers.dev subdomain, and ours needs none.'),
  );

  app.get(`${SCRIPT}/settings`, (c) => {
    const script = find(c.req.param('script'));
    const upload = latestUpload(script);
    return ok(c, {
      bindings: upload.bindings.map(shownBinding),
      compatibility_date: upload.compatibilityDate,
      compatibility_flags: upload.compatibilityFlags,
      limits: upload.limits,
      usage_model: 'standard',
      ...script.settings,
    });
  });
  app.get(`${SCRIPT}/script-settings`, (c) => ok(c, find(c.req.param('script')).settings));
  app.patch(`${SCRIPT}/script-settings`, async (c) => {
    const script = find(c.req.param('script'));
    const change = await readBody(
      c,
      z.object({
        logpush: z.boolean().nullish(),
        observability: z.record(z.string(), z.unknown()).nullish(),
        tags: z.array(z.string().max(1024)).max(8).nullish(),
        tail_consumers: z.array(z.unknown()).nullish(),
      }),
    );
    const given = Object.entries(change).filter(([, value]) => value !== undefined);
    script.settings = { ...script.settings, ...Object.fromEntries(given) };
    return ok(c, script.settings);
  });

  app.get(`${SCRIPT}/secrets`, (c) => ok(c, secretNames(latestUpload(find(c.req.param('script'))))));
  // A secret makes a version of its own and deploys it, whatever was deployed before.
  const deployChanged = (script: AccountScript, upload: Upload) => {
    const version = addVersion(account, script, upload, 'secret');
    deploy(account, script, [{ version_id: version.id, percentage: 100 }], {});
  };
  app.put(`${SCRIPT}/secrets`, async (c) => {
    const script = find(c.req.param('script'));
    const secret = await readBody(c, secretSchema);
    deployChanged(script, changedSecrets(latestUpload(script), [secret]));
    return ok(c, { name: secret.name, type: secret.type });
  });
  app.delete(`${SCRIPT}/secrets/:name`, (c) => {
    const script = find(c.req.param('script'));
    deployChanged(script, deletedSecret(latestUpload(script), c.req.param('name')));
    return ok(c, null);
  });
  app.patch(`${SCRIPT}/secrets-bulk`, async (c) => {
    const script = find(c.req.param('script'));
    const { secrets } = await readBody(
      c,
      z.object({ secrets: z.record(z.string(), secretSchema.nullable()) }),
    );
    let upload = latestUpload(script);
    for (const [name, secret] of Object.entries(secrets))
      upload = secret === null ? deletedSecret(upload, name) : changedSecrets(upload, [secret]);
    deployChanged(script, upload);
    return ok(c, secretNames(upload));
  });

  app.get(`${SCRIPT}/schedules`, (c) => ok(c, shownSchedules(find(c.req.param('script')))));
  app.put(`${SCRIPT}/schedules`, async (c) => {
    const script = find(c.req.param('script'));
    const schedules = await readBody(c, z.array(z.object({ cron: z.string() })).max(MOST_SCHEDULES));
    const wrong = schedules.find(({ cron }) => !CRON.test(cron));
    if (wrong) refuse(400, 10051, `Invalid cron string: ${wrong.cron}`);
    script.schedules = schedules.map(({ cron }) => cron);
    return ok(c, shownSchedules(script));
  });

  app.get(`${SCRIPT}/subdomain`, (c) => ok(c, find(c.req.param('script')).subdomain));
  app.post(`${SCRIPT}/subdomain`, async (c) => {
    const script = find(c.req.param('script'));
    const change = await readBody(
      c,
      z.object({ enabled: z.boolean(), previews_enabled: z.boolean().optional() }),
    );
    script.subdomain = {
      enabled: change.enabled,
      previews_enabled: change.previews_enabled ?? script.subdomain.previews_enabled,
    };
    return ok(c, script.subdomain);
  });
}

function createScript(name: string): AccountScript {
  return {
    name,
    tag: hexId('tag', name),
    versions: [],
    deployments: [],
    subdomain: { enabled: false, previews_enabled: false },
    schedules: [],
    settings: {},
    createdOn: now(),
    modifiedOn: now(),
  };
}

function shownScript(script: AccountScript) {
  const upload = latestUpload(script);
  return {
    id: script.name,
    tag: script.tag,
    etag: upload.digest,
    handlers: ['fetch'],
    has_assets: upload.assets !== null,
    has_modules: true,
    created_on: script.createdOn,
    modified_on: script.modifiedOn,
    last_deployed_from: 'wrangler',
    usage_model: 'standard',
    startup_time_ms: 10,
  };
}

function shownSchedules({ schedules, createdOn, modifiedOn }: AccountScript) {
  return {
    schedules: schedules.map((cron) => ({ cron, created_on: createdOn, modified_on: modifiedOn })),
  };
}
