/**
 * An account's state without what differs between two runs that did the same: times, ids of versions that were uploaded
 * twice because an answer was lost, and values of secrets. Used by server.ts.
 */
import { createHash } from 'node:crypto';
import type { Account, AccountScript, Binding, Upload } from './account.ts';
import { isActive } from './edge-routes.ts';

export interface AccountSnapshot {
  readonly namespaces: Record<string, Record<string, UploadSnapshot>>;
  readonly scripts: Record<string, ScriptSnapshot>;
  /** Titles. */
  readonly kvNamespaces: string[];
  readonly buckets: string[];
  readonly queues: Record<string, { script: string; settings: unknown; deadLetterQueue: string | null }[]>;
  readonly zones: Record<string, ZoneSnapshot>;
}

export interface UploadSnapshot {
  /** Of everything that runs: two uploads of the same are equal in it. */
  readonly digest: string;
  readonly bindings: Record<string, string>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  readonly limits: unknown;
}

export interface ScriptSnapshot {
  /** What serves requests now, and its share in percent. */
  readonly deployed: (UploadSnapshot & { readonly percentage: number })[];
  readonly schedules: string[];
  readonly subdomain: { enabled: boolean; previews_enabled: boolean };
  readonly settings: unknown;
}

export interface ZoneSnapshot {
  /** `AAAA cozyartzmedia.com 100:: proxied` */
  readonly records: string[];
  /** `*.cozyartzmedia.com/* → marquee-dispatcher` */
  readonly routes: string[];
  /** `shop.cozyartzmedia.com → shop` */
  readonly workerDomains: string[];
  /** `portal.partner.com active` */
  readonly customHostnames: string[];
  readonly fallbackOrigin: string | null;
}

export function snapshotOf(account: Account): AccountSnapshot {
  return {
    namespaces: byName(account.namespaces.values(), ({ scripts }) =>
      byName(scripts.values(), ({ upload, tags }) => snapshotOfUpload(upload, tags)),
    ),
    scripts: byName(account.scripts.values(), snapshotOfScript),
    kvNamespaces: [...account.kvNamespaces.values()].map(({ title }) => title).toSorted(),
    buckets: [...account.buckets.keys()].toSorted(),
    queues: byName(account.queues.values(), ({ consumers }) =>
      consumers.map(({ script, settings, deadLetterQueue }) => ({ script, settings, deadLetterQueue })),
    ),
    zones: byName(account.zones.values(), (zone) => ({
      records: [...zone.records.values()]
        .map(({ type, name, content, proxied }) => `${type} ${name} ${content}${proxied ? ' proxied' : ''}`)
        .toSorted(),
      routes: [...zone.routes.values()].map(({ pattern, script }) => `${pattern} → ${script}`).toSorted(),
      workerDomains: [...zone.workerDomains.values()]
        .map(({ hostname, service }) => `${hostname} → ${service}`)
        .toSorted(),
      customHostnames: [...zone.customHostnames.values()]
        .map((known) => `${known.hostname} ${isActive(account, zone, known) ? 'active' : 'pending'}`)
        .toSorted(),
      fallbackOrigin: zone.fallbackOrigin,
    })),
  };
}

function snapshotOfScript({
  versions,
  deployments,
  schedules,
  subdomain,
  settings,
}: AccountScript): ScriptSnapshot {
  return {
    deployed: (deployments.at(-1)?.versions ?? [])
      .flatMap(({ version_id, percentage }) => {
        const upload = versions.find(({ id }) => id === version_id)?.upload;
        return upload ? [{ ...snapshotOfUpload(upload, upload.tags), percentage }] : [];
      })
      .toSorted((a, b) => (a.digest < b.digest ? -1 : 1)),
    schedules: schedules.toSorted(),
    subdomain,
    settings,
  };
}

function snapshotOfUpload(upload: Upload, tags: readonly string[]): UploadSnapshot {
  const { digest, bindings, annotations, limits } = upload;
  return { digest, bindings: byName(bindings, describe), annotations, tags: tags.toSorted(), limits };
}

/** A secret is known by its hash: whether two are the same, not what they are. */
function describe({ name: _name, type, text, ...settings }: Binding): string {
  const rest = Object.keys(settings).length > 0 ? ` ${JSON.stringify(settings)}` : '';
  if (type !== 'secret_text') return `${type}${text === undefined ? '' : ` ${text}`}${rest}`;
  return `${type} sha256:${createHash('sha256').update(String(text)).digest('hex').slice(0, 16)}`;
}

function byName<Named extends { readonly name: string }, Value>(
  all: Iterable<Named>,
  value: (one: Named) => Value,
): Record<string, Value> {
  const sorted = [...all].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return Object.fromEntries(sorted.map((one) => [one.name, value(one)]));
}
