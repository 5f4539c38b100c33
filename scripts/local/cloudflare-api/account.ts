/**
 * What the stand-in keeps of one account: everything that calls change and that the edge serves. Ids come from names, so
 * that two runs of the same calls end in the same ids.
 */
import { createHash } from 'node:crypto';

/** A part of an upload, as it will be run. */
export interface UploadedModule {
  readonly name: string;
  readonly contentType: string;
  readonly content: Buffer;
}

/** As the API has it: `name`, `type`, and what the type needs. */
export interface Binding {
  readonly name: string;
  readonly type: string;
  readonly [setting: string]: unknown;
}

export interface AssetFile {
  readonly hash: string;
  readonly size: number;
}

export interface AssetDirectory {
  /** By path, `/index.html`. */
  readonly manifest: Readonly<Record<string, AssetFile>>;
  readonly config: Readonly<Record<string, unknown>>;
}

/** One uploaded script: code and everything that belongs to a version. */
export interface Upload {
  readonly mainModule: string;
  readonly modules: readonly UploadedModule[];
  readonly bindings: readonly Binding[];
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  readonly assets: AssetDirectory | null;
  readonly annotations: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, unknown>> | null;
  readonly tags: readonly string[];
  readonly observability: unknown;
  /** Of code, bindings, secrets and assets: two uploads of the same have the same. */
  readonly digest: string;
}

export interface NamespaceScript {
  readonly name: string;
  upload: Upload;
  tags: readonly string[];
  readonly createdOn: string;
  modifiedOn: string;
}

export interface DispatchNamespace {
  readonly id: string;
  name: string;
  readonly createdOn: string;
  /** False as it is made. */
  trusted: boolean;
  readonly scripts: Map<string, NamespaceScript>;
}

export interface Version {
  readonly id: string;
  readonly number: number;
  readonly upload: Upload;
  readonly createdOn: string;
  readonly source: string;
}

export interface Deployment {
  readonly id: string;
  readonly versions: readonly { readonly version_id: string; readonly percentage: number }[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly createdOn: string;
}

export interface AccountScript {
  readonly name: string;
  readonly tag: string;
  /** Newest last. */
  readonly versions: Version[];
  /** Newest last. */
  readonly deployments: Deployment[];
  subdomain: { enabled: boolean; previews_enabled: boolean };
  schedules: readonly string[];
  settings: Readonly<Record<string, unknown>>;
  readonly createdOn: string;
  modifiedOn: string;
}

/** Its values are where Workers on the edge write them: see edge-kv.ts. */
export interface KvNamespace {
  readonly id: string;
  title: string;
}

export interface Bucket {
  readonly name: string;
  readonly creationDate: string;
  readonly location: string;
}

export interface QueueConsumer {
  readonly id: string;
  readonly script: string;
  settings: Readonly<Record<string, unknown>>;
  deadLetterQueue: string | null;
}

export interface Queue {
  readonly id: string;
  readonly name: string;
  readonly createdOn: string;
  readonly consumers: QueueConsumer[];
}

export interface DnsRecord {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly content: string;
  readonly ttl: number;
  readonly proxied: boolean;
  readonly comment: string | null;
}

export interface WorkerRoute {
  readonly id: string;
  readonly pattern: string;
  readonly script: string | null;
}

export interface CustomHostname {
  readonly id: string;
  readonly hostname: string;
  /** Null: no certificate was asked for. */
  ssl: Readonly<Record<string, unknown>> | null;
  readonly customMetadata: unknown;
  readonly createdAt: string;
}

/** A Workers Custom Domain: a name that a Worker has without a route. */
export interface WorkerDomain {
  readonly id: string;
  readonly hostname: string;
  readonly service: string;
  readonly environment: string;
}

export interface Zone {
  readonly id: string;
  readonly name: string;
  readonly records: Map<string, DnsRecord>;
  readonly routes: Map<string, WorkerRoute>;
  readonly workerDomains: Map<string, WorkerDomain>;
  readonly customHostnames: Map<string, CustomHostname>;
  fallbackOrigin: string | null;
}

export interface Account {
  readonly id: string;
  readonly workersForPlatforms: boolean;
  readonly kvLagMilliseconds: number;
  readonly namespaces: Map<string, DispatchNamespace>;
  readonly scripts: Map<string, AccountScript>;
  /** Uploaded asset files by hash. */
  readonly assetFiles: Map<string, { readonly content: Buffer; readonly contentType: string | null }>;
  readonly kvNamespaces: Map<string, KvNamespace>;
  readonly buckets: Map<string, Bucket>;
  readonly queues: Map<string, Queue>;
  readonly zones: Map<string, Zone>;
  /** CNAMEs that others have set for their own domains: hostname and what it points at. Nothing here changes them. */
  readonly pointed: Map<string, string>;
  /** Grows with everything that the edge runs. */
  codeRevision: number;
}

export interface AccountOptions {
  readonly accountId: string;
  readonly zones: readonly string[];
  readonly workersForPlatforms: boolean;
  readonly kvLagMilliseconds: number;
}

export function createAccount({
  accountId,
  zones,
  workersForPlatforms,
  kvLagMilliseconds,
}: AccountOptions): Account {
  return {
    id: accountId,
    workersForPlatforms,
    kvLagMilliseconds,
    namespaces: new Map(),
    scripts: new Map(),
    assetFiles: new Map(),
    kvNamespaces: new Map(),
    buckets: new Map(),
    queues: new Map(),
    zones: new Map(
      zones.map((name) => {
        const zone: Zone = {
          id: hexId('zone', name),
          name,
          records: new Map(),
          routes: new Map(),
          workerDomains: new Map(),
          customHostnames: new Map(),
          fallbackOrigin: null,
        };
        return [zone.id, zone];
      }),
    ),
    pointed: new Map(),
    codeRevision: 0,
  };
}

/** 32 hex digits, as the API's ids. */
export function hexId(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32);
}

export function uuid(...parts: readonly string[]): string {
  const hex = hexId(...parts);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

export function now(): string {
  return new Date().toISOString();
}
