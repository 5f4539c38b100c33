/**
 * Versions of an account's Worker, and deployments that say which of them take which share of the requests.
 * https://developers.cloudflare.com/workers/configuration/versions-and-deployments/ and
 * https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/versions/
 */
import type { Hono } from 'hono';
import { z } from 'zod';
import { type Account, type AccountScript, now, type Upload, uuid, type Version } from './account.ts';
import type { AssetUploads } from './asset-uploads.ts';
import { shownBinding } from './bindings.ts';
import { ok, readBody, refuse } from './envelope.ts';
import { readUpload } from './uploads.ts';

/** Only so many of the newest can be deployed. */
const DEPLOYABLE_VERSIONS = 100;
const LISTED_VERSIONS = 10;
const LISTED_DEPLOYMENTS = 10;

const deploymentSchema = z.looseObject({
  strategy: z.literal('percentage'),
  versions: z
    .array(z.object({ version_id: z.uuid(), percentage: z.number().min(0).max(100) }))
    .min(1)
    .max(2),
  annotations: z.record(z.string(), z.string().max(1000).nullish()).nullish(),
});

export function latestUpload({ name, versions }: AccountScript): Upload {
  const latest = versions.at(-1);
  if (latest === undefined) throw new Error(`The Worker ${name} has no version`);
  return latest.upload;
}

export function addVersion(account: Account, script: AccountScript, upload: Upload, source: string): Version {
  const number = script.versions.length + 1;
  const id = uuid('version', script.name, String(number));
  const version: Version = { id, number, upload, createdOn: now(), source };
  script.versions.push(version);
  script.modifiedOn = version.createdOn;
  account.codeRevision += 1;
  return version;
}

export function deploy(
  account: Account,
  script: AccountScript,
  versions: readonly { version_id: string; percentage: number }[],
  annotations: Readonly<Record<string, string>>,
) {
  const id = uuid('deployment', script.name, String(script.deployments.length + 1));
  const deployment = { id, versions, annotations, createdOn: now() };
  script.deployments.push(deployment);
  script.modifiedOn = deployment.createdOn;
  account.codeRevision += 1;
  return deployment;
}

export function serveVersions(app: Hono, account: Account, assetUploads: AssetUploads): void {
  const SCRIPT = '/accounts/:account/workers/scripts/:script';
  const find = (name: string) =>
    account.scripts.get(name) ?? refuse(404, 10007, 'This Worker does not exist on your account.');

  app.post(`${SCRIPT}/versions`, async (c) => {
    const script = find(c.req.param('script'));
    const previous = latestUpload(script);
    const upload = await readUpload(c, { account, assetUploads, previous });
    const version = addVersion(account, script, upload, 'wrangler');
    return ok(c, { ...shownVersion(version), startup_time_ms: 10 });
  });
  app.get(`${SCRIPT}/versions`, (c) => {
    const deployable = c.req.query('deployable') === 'true';
    const items = find(c.req.param('script'))
      .versions.toReversed()
      .slice(0, deployable ? DEPLOYABLE_VERSIONS : LISTED_VERSIONS);
    return ok(c, { items: items.map(({ id, ...rest }) => summary({ id, ...rest })) });
  });
  app.get(`${SCRIPT}/versions/:version`, (c) => {
    const version = find(c.req.param('script')).versions.find(({ id }) => id === c.req.param('version'));
    if (version === undefined) return refuse(404, 100146, 'workers.api.error.version_not_found');
    return ok(c, shownVersion(version));
  });

  app.get(`${SCRIPT}/deployments`, (c) => {
    const deployments = find(c.req.param('script')).deployments.toReversed().slice(0, LISTED_DEPLOYMENTS);
    return ok(c, { deployments: deployments.map(shownDeployment) });
  });
  app.post(`${SCRIPT}/deployments`, async (c) => {
    const script = find(c.req.param('script'));
    const { versions, annotations } = await readBody(c, deploymentSchema);
    const deployable = new Set(script.versions.slice(-DEPLOYABLE_VERSIONS).map(({ id }) => id));
    const unknown = versions.find(({ version_id }) => !deployable.has(version_id));
    if (unknown) refuse(404, 100146, `workers.api.error.version_not_found: ${unknown.version_id}`);
    if (new Set(versions.map(({ version_id }) => version_id)).size < versions.length)
      refuse(400, 10021, 'A deployment names each version once.');
    const sum = versions.reduce((total, { percentage }) => total + percentage, 0);
    if (Math.abs(sum - 100) > 0.001)
      refuse(400, 10021, `Percentages of a deployment must add up to 100, not ${sum}.`);
    const deployment = deploy(account, script, versions, withoutEmpty(annotations ?? {}));
    return ok(c, shownDeployment(deployment));
  });
}

function summary({ id, number, upload, createdOn, source }: Version) {
  return {
    id,
    number,
    metadata: {
      created_on: createdOn,
      modified_on: createdOn,
      source,
      author_email: 'operator@example.com',
      author_id: '0'.repeat(32),
      hasPreview: false,
      has_preview: false,
    },
    annotations: upload.annotations,
  };
}

function shownVersion(version: Version) {
  const { upload } = version;
  return {
    ...summary(version),
    resources: {
      script: { etag: upload.digest, handlers: ['fetch'], last_deployed_from: 'wrangler' },
      script_runtime: {
        compatibility_date: upload.compatibilityDate,
        compatibility_flags: upload.compatibilityFlags,
        usage_model: 'standard',
        limits: upload.limits,
      },
      bindings: upload.bindings.map(shownBinding),
    },
  };
}

function shownDeployment({ id, versions, annotations, createdOn }: AccountScript['deployments'][number]) {
  return {
    id,
    source: 'wrangler',
    strategy: 'percentage',
    author_email: 'operator@example.com',
    created_on: createdOn,
    annotations,
    versions,
  };
}

function withoutEmpty(
  annotations: Readonly<Record<string, string | null | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(annotations).flatMap(([name, text]) => (text ? [[name, text]] : [])),
  );
}
