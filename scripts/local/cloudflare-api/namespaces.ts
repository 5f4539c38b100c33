/**
 * Dispatch namespaces and the scripts in them, of Workers for Platforms:
 * https://developers.cloudflare.com/api/resources/workers_for_platforms/. A script here has one content and no versions,
 * deployments, schedules or consumers: those paths answer as unknown ones do.
 */
import type { Hono } from 'hono';
import { z } from 'zod';
import { type Account, type DispatchNamespace, hexId, type NamespaceScript, now } from './account.ts';
import { type AssetUploads, openSession } from './asset-uploads.ts';
import { shownBinding } from './bindings.ts';
import { ok, readBody, refuse } from './envelope.ts';
import { changedSecrets, deletedSecret, secretNames, secretSchema } from './secrets.ts';
import { readUpload } from './uploads.ts';

/** As long as a name that is no hostname may be: namespaces have no workers.dev address. */
const SCRIPT_NAME = /^[a-z0-9_][a-z0-9_-]{0,254}$/;
const NAMESPACE_NAME = /^[a-zA-Z0-9_][a-zA-Z0-9_-]{0,62}$/;
const MOST_TAGS = 8;

export function serveNamespaces(app: Hono, account: Account, assetUploads: AssetUploads): void {
  const ALL = '/accounts/:account/workers/dispatch/namespaces';
  const ONE = `${ALL}/:namespace`;
  const SCRIPT = `${ONE}/scripts/:script`;

  app.use(`${ALL}/*`, async (_c, next) => {
    refuseWithoutPlan();
    await next();
  });
  function refuseWithoutPlan(): void {
    if (!account.workersForPlatforms)
      refuse(
        403,
        10121,
        'You do not have access to dispatch namespaces. You can purchase it within the Cloudflare dashboard here: https://dash.cloudflare.com?to=/:account/workers-for-platforms',
      );
  }
  const find = (name: string): DispatchNamespace =>
    account.namespaces.get(name) ?? refuse(404, 100119, `workers.api.error.dispatch_namespace_not_found`);
  const findScript = (namespace: string, name: string): NamespaceScript =>
    find(namespace).scripts.get(name) ?? refuse(404, 10092, 'workers.api.error.script_not_found');

  app.get(ALL, (c) => {
    refuseWithoutPlan();
    return ok(c, [...account.namespaces.values()].map(shownNamespace));
  });
  app.post(ALL, async (c) => {
    refuseWithoutPlan();
    const { name } = await readBody(c, z.object({ name: z.string().regex(NAMESPACE_NAME) }));
    if (account.namespaces.has(name))
      refuse(409, 100118, `A dispatch namespace named '${name}' already exists.`);
    const namespace = {
      ...{ id: hexId('namespace', name), name, createdOn: now() },
      trusted: false,
      scripts: new Map(),
    };
    account.namespaces.set(name, namespace);
    account.codeRevision += 1;
    return ok(c, shownNamespace(namespace));
  });
  app.put(ONE, async (c) => {
    const namespace = find(c.req.param('namespace'));
    // It has no other name afterwards: https://developers.cloudflare.com/cloudflare-for-platforms/workers-for-platforms/reference/worker-isolation/
    const body = z.object({ name: z.literal(namespace.name), trusted_workers: z.boolean() });
    namespace.trusted = (await readBody(c, body)).trusted_workers;
    return ok(c, shownNamespace(namespace));
  });
  app.get(ONE, (c) => ok(c, shownNamespace(find(c.req.param('namespace')))));
  app.delete(ONE, (c) => {
    const { name } = find(c.req.param('namespace'));
    account.namespaces.delete(name);
    account.codeRevision += 1;
    return ok(c, null);
  });

  app.get(`${ONE}/scripts`, (c) => {
    const wanted = (c.req.query('tags') ?? '').split(',').filter(Boolean);
    const scripts = [...find(c.req.param('namespace')).scripts.values()].filter(({ tags }) =>
      wanted.every((filter) => {
        const [tag = '', keep = 'yes'] = filter.split(':');
        return tags.includes(tag) === (keep === 'yes');
      }),
    );
    return ok(c, scripts.map(shownScript));
  });
  app.get(SCRIPT, (c) => {
    const { namespace, script } = c.req.param();
    const found = findScript(namespace, script);
    return ok(c, {
      created_on: found.createdOn,
      modified_on: found.modifiedOn,
      dispatch_namespace: namespace,
      script: shownScript(found),
    });
  });
  app.put(SCRIPT, async (c) => {
    const { namespace, script: name } = c.req.param();
    const { scripts } = find(namespace);
    if (!SCRIPT_NAME.test(name)) refuse(400, 10016, `Invalid Worker name '${name}'.`);
    const present = scripts.get(name);
    const previous = present?.upload ?? null;
    const upload = await readUpload(c, { account, assetUploads, previous });
    const script: NamespaceScript = present ?? {
      name,
      upload,
      tags: upload.tags,
      createdOn: now(),
      modifiedOn: now(),
    };
    script.upload = upload;
    if (upload.tags.length > 0) script.tags = upload.tags;
    script.modifiedOn = now();
    scripts.set(name, script);
    account.codeRevision += 1;
    return ok(c, { ...shownScript(script), deployment_id: hexId('script', namespace, name, upload.digest) });
  });
  app.delete(SCRIPT, (c) => {
    const { namespace, script } = c.req.param();
    findScript(namespace, script);
    find(namespace).scripts.delete(script);
    account.codeRevision += 1;
    return ok(c, null);
  });
  app.post(`${SCRIPT}/assets-upload-session`, (c) => {
    find(c.req.param('namespace'));
    return openSession(c, account, assetUploads);
  });

  app.get(`${SCRIPT}/settings`, (c) => {
    const { upload, tags } = findScript(c.req.param('namespace'), c.req.param('script'));
    return ok(c, {
      bindings: upload.bindings.map(shownBinding),
      compatibility_date: upload.compatibilityDate,
      compatibility_flags: upload.compatibilityFlags,
      limits: upload.limits,
      observability: upload.observability,
      tags,
      usage_model: 'standard',
    });
  });
  app.get(`${SCRIPT}/bindings`, (c) => {
    const { upload } = findScript(c.req.param('namespace'), c.req.param('script'));
    return ok(c, upload.bindings.map(shownBinding));
  });
  app.get(`${SCRIPT}/secrets`, (c) =>
    ok(c, secretNames(findScript(c.req.param('namespace'), c.req.param('script')).upload)),
  );
  app.put(`${SCRIPT}/secrets`, async (c) => {
    const script = findScript(c.req.param('namespace'), c.req.param('script'));
    const secret = await readBody(c, secretSchema);
    script.upload = changedSecrets(script.upload, [secret]);
    account.codeRevision += 1;
    return ok(c, { name: secret.name, type: secret.type });
  });
  app.delete(`${SCRIPT}/secrets/:name`, (c) => {
    const script = findScript(c.req.param('namespace'), c.req.param('script'));
    script.upload = deletedSecret(script.upload, c.req.param('name'));
    account.codeRevision += 1;
    return ok(c, null);
  });
  app.get(`${SCRIPT}/tags`, (c) => ok(c, findScript(c.req.param('namespace'), c.req.param('script')).tags));
  app.put(`${SCRIPT}/tags`, async (c) => {
    const script = findScript(c.req.param('namespace'), c.req.param('script'));
    script.tags = await readBody(c, z.array(z.string().max(1024)).max(MOST_TAGS));
    return ok(c, script.tags);
  });
}

function shownNamespace({ id, name, createdOn, trusted, scripts }: DispatchNamespace) {
  return {
    namespace_id: id,
    namespace_name: name,
    created_on: createdOn,
    modified_on: createdOn,
    script_count: scripts.size,
    trusted_workers: trusted,
  };
}

function shownScript({ name, upload, tags, createdOn, modifiedOn }: NamespaceScript) {
  return {
    id: name,
    tag: hexId('tag', name),
    etag: upload.digest,
    tags,
    handlers: ['fetch'],
    has_assets: upload.assets !== null,
    has_modules: true,
    created_on: createdOn,
    modified_on: modifiedOn,
    last_deployed_from: 'wrangler',
    usage_model: 'standard',
    startup_time_ms: 10,
  };
}
