/**
 * The directory of hostnames: memory, then KV, then the database's `rpc/resolve_hostname`. Called by resolve-tenant;
 * the only file of the dispatcher that knows Supabase.
 *
 * Memory answers for seconds without asking anybody, and for a minute while it asks KV behind the visitor's back. KV
 * is eventually consistent: each entry says how long it is fresh, and a stale one is served while it is refreshed.
 * "Could not ask" is never "no": what is known stays, what is not known is answered `unavailable`.
 */
import { createClient } from '@supabase/supabase-js';
import { LRUCache } from 'lru-cache';
import type { DirectoryEntry } from '../../contract/directory.ts';
import type { Hostname } from '../../contract/hostnames.ts';
import { resolutionSchema } from '../../contract/tenants.ts';
import type { Configuration } from './configuration.ts';
import { DirectoryStore, outranks } from './directory-store.ts';
import { logEvent } from './metrics.ts';
import { openPortal, type Portal } from './portal.ts';
import { UnknownHosts } from './unknown-hosts.ts';

const REMEMBERED_HOSTS = 5_000;
/** Memory answers alone for so long … */
const MEMORY_FRESH_MILLISECONDS = 10_000;
/** … and with a check of KV in the background for so long; after that a visitor waits for KV. */
const MEMORY_STALE_MILLISECONDS = 60_000;
/** An entry that is stale for longer is served only when the database cannot be asked. */
const STALE_LIMIT_MILLISECONDS = 60 * 60 * 1000;
/** How long a write may take to show up in KV; no reason to repeat it before. */
const KV_LAG_MILLISECONDS = 60_000;
const ASK_TIMEOUT_MILLISECONDS = 3_000;
/** "There is no such host" counts for a moment only, so that a new tenant is there at once. */
const UNKNOWN_MILLISECONDS = 10_000;
/** Longer than everything that a check or a refresh waits for. */
const GIVEN_UP_MILLISECONDS = 8_000;
/** After a failure the database is left alone for a moment, so that a slow one does not hold up every visitor. */
const BACK_OFF_MILLISECONDS = 2_000;
const MAX_CONFIRMATIONS = 5;
/** A visitor's word that there is something newer is followed so often for one host. */
const HINT_MILLISECONDS = 5_000;

export type Lookup =
  | { readonly kind: 'tenant'; readonly portal: Portal }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unavailable'; readonly retryAfterSeconds: number };

/** What the directory needs of a visit. */
export interface Visitor {
  readonly address: string;
  waitUntil(work: Promise<unknown>): void;
}

interface Running {
  readonly check: Promise<Lookup>;
  readonly startedAt: number;
}

interface Held {
  entry: DirectoryEntry;
  readonly answer: Lookup;
  checkedAt: number;
  writtenAt: number;
}

const UNKNOWN: Lookup = { kind: 'unknown' };
const UNAVAILABLE: Lookup = { kind: 'unavailable', retryAfterSeconds: 5 };
const LIMITED: Lookup = { kind: 'unavailable', retryAfterSeconds: 10 };

export class TenantDirectory {
  readonly #store: DirectoryStore;
  readonly #supabase: ReturnType<typeof connect>;
  readonly #freshMilliseconds: number;
  readonly #staleLimit: number;
  readonly #unknown: UnknownHosts;
  readonly #memory = new LRUCache<Hostname, Held>({ max: REMEMBERED_HOSTS });
  readonly #checks = new Map<Hostname, Running>();
  readonly #refreshing = new Map<Hostname, number>();
  readonly #hinted = new LRUCache<Hostname, number>({ max: REMEMBERED_HOSTS });
  #backOffUntil = 0;

  constructor(configuration: Configuration, store: KVNamespace, limiter: RateLimit) {
    this.#store = new DirectoryStore(store);
    this.#supabase = connect(configuration);
    this.#freshMilliseconds = configuration.freshMilliseconds;
    // With a short freshness, as in development, nobody is served anything stale while the database answers.
    this.#staleLimit =
      configuration.freshMilliseconds < MEMORY_STALE_MILLISECONDS ? 0 : STALE_LIMIT_MILLISECONDS;
    this.#unknown = new UnknownHosts(limiter, Math.min(UNKNOWN_MILLISECONDS, this.#freshMilliseconds));
  }

  /** Answers without a promise when memory knows, so that a warm request waits for nothing. `now` in milliseconds. */
  lookUp(hostname: Hostname, visitor: Visitor, now: number): Lookup | Promise<Lookup> {
    const held = this.#memory.get(hostname);
    if (held) {
      const age = now - held.checkedAt;
      if (age < Math.min(MEMORY_FRESH_MILLISECONDS, this.#freshMilliseconds)) return held.answer;
      if (age < Math.min(MEMORY_STALE_MILLISECONDS, this.#freshMilliseconds) && held.entry.tenant) {
        if (!this.#isChecking(hostname, now)) visitor.waitUntil(this.#checkOnce(hostname, visitor, now));
        return held.answer;
      }
    } else if (this.#unknown.has(hostname, now)) {
      return UNKNOWN;
    }
    return this.#checkOnce(hostname, visitor, now);
  }

  /**
   * Past memory and KV, because the tenant's Worker has just committed this version: whoever published sees it on the
   * next page. Other hostnames and other isolates follow within their freshness.
   */
  async catchUp(hostname: Hostname, version: number, visitor: Visitor): Promise<void> {
    if (this.#knows(hostname, version)) return;
    const entry = await this.#ask(hostname);
    // The change is committed; a database that cannot tell right now will tell when the entry runs out.
    if (entry === null) return;
    const { entry: newest } = this.#hold(hostname, entry);
    visitor.waitUntil(this.#publish(hostname, newest));
  }

  /**
   * The same on a visitor's word, which anybody can give: one question per host in a while, under the ceiling that
   * unknown hosts meet. Nothing is written: who knew first has done that. True when memory now has something newer.
   */
  async followHint(hostname: Hostname, version: number, visitor: Visitor): Promise<boolean> {
    const now = Date.now();
    if (this.#knows(hostname, version)) return true;
    if (now < this.#backOffUntil || now - (this.#hinted.get(hostname) ?? 0) < HINT_MILLISECONDS) return false;
    this.#hinted.set(hostname, now);
    if (!(await this.#unknown.mayLookUp(visitor.address, now))) return false;
    const before = this.#memory.get(hostname);
    const entry = await this.#ask(hostname);
    return entry !== null && this.#hold(hostname, entry) !== before;
  }

  #knows(hostname: Hostname, version: number): boolean {
    const held = this.#memory.get(hostname);
    return held !== undefined && held.entry.version >= version;
  }

  /** Visitors who miss at the same time share one check. */
  #checkOnce(hostname: Hostname, visitor: Visitor, now: number): Promise<Lookup> {
    const running = this.#isChecking(hostname, now);
    if (running) return orUnavailable(running.check);
    const check = this.#check(hostname, visitor).finally(() => this.#checks.delete(hostname));
    this.#checks.set(hostname, { check, startedAt: now });
    // The others wait for it too: it must not end with the visitor who happened to come first.
    visitor.waitUntil(check);
    return check;
  }

  /** What takes longer than it may has ended with the request that it belonged to, and nobody was told. */
  #isChecking(hostname: Hostname, now: number): Running | undefined {
    const running = this.#checks.get(hostname);
    return running && now - running.startedAt < GIVEN_UP_MILLISECONDS ? running : undefined;
  }

  async #check(hostname: Hostname, visitor: Visitor): Promise<Lookup> {
    const stored = await this.#store.read(hostname);
    const held = stored ? this.#hold(hostname, stored) : this.#memory.get(hostname);
    if (!held) return this.#lookUpUnfamiliar(hostname, visitor);

    held.checkedAt = Date.now();
    const behind = outranks(held.entry, stored);
    if (behind && held.checkedAt - held.writtenAt > KV_LAG_MILLISECONDS) {
      // Memory knows better than what KV shows here: an older writer came last, or KV lags. Written again.
      visitor.waitUntil(this.#write(hostname, held.entry));
    }
    const staleFor = held.checkedAt - held.entry.freshUntil;
    if (staleFor < 0) return held.answer;
    if (staleFor < this.#staleLimit && held.entry.tenant) {
      visitor.waitUntil(this.#refresh(hostname, visitor));
      return held.answer;
    }
    await this.#refresh(hostname, visitor);
    return this.#memory.get(hostname)?.answer ?? held.answer;
  }

  async #lookUpUnfamiliar(hostname: Hostname, visitor: Visitor): Promise<Lookup> {
    const now = Date.now();
    if (now < this.#backOffUntil) return UNAVAILABLE;
    if (!(await this.#unknown.mayLookUp(visitor.address, now))) {
      if (this.#unknown.reportsRefusal()) logEvent('directory_limited', { host: hostname });
      return LIMITED;
    }
    const entry = await this.#ask(hostname);
    if (entry === null) return UNAVAILABLE;
    if (entry.tenant === null) {
      this.#unknown.remember(hostname, Date.now());
      return UNKNOWN;
    }
    const { answer } = this.#hold(hostname, entry);
    visitor.waitUntil(this.#publish(hostname, entry));
    return answer;
  }

  /** Asks the database about a host that memory holds. What cannot be refreshed stays as it is, and is logged. */
  async #refresh(hostname: Hostname, visitor: Visitor): Promise<void> {
    const now = Date.now();
    if (now - (this.#refreshing.get(hostname) ?? 0) < GIVEN_UP_MILLISECONDS) return;
    this.#refreshing.set(hostname, now);
    try {
      const entry = now < this.#backOffUntil ? null : await this.#ask(hostname);
      if (entry === null) {
        const version = this.#memory.get(hostname)?.entry.version ?? null;
        logEvent('directory_stale', { host: hostname, version });
        return;
      }
      const { entry: newest } = this.#hold(hostname, entry);
      visitor.waitUntil(this.#publish(hostname, newest));
    } finally {
      this.#refreshing.delete(hostname);
    }
  }

  /**
   * Writes an entry to KV and makes sure that it was the right one. KV has no conditional write and shows old values
   * for a while, so that reading before writing proves nothing: between the database's answer and the write a newer
   * entry may have been written, and would now be lost. Hence the database is asked again after the write; if it
   * knows something newer, that is written, and so on. The last writer is then never the one with older news.
   */
  async #publish(hostname: Hostname, entry: DirectoryEntry): Promise<void> {
    let written = entry;
    for (let round = 0; round < MAX_CONFIRMATIONS; round += 1) {
      written = await this.#write(hostname, written);
      const confirmed = await this.#ask(hostname);
      if (confirmed === null || !outranks(confirmed, written)) return;
      written = this.#hold(hostname, confirmed).entry;
    }
  }

  async #write(hostname: Hostname, entry: DirectoryEntry): Promise<DirectoryEntry> {
    const held = this.#memory.get(hostname);
    if (held) held.writtenAt = Date.now();
    return this.#hold(hostname, await this.#store.write(hostname, entry)).entry;
  }

  /** Keeps the newer of what memory holds and what came in. The portal stays the same object within a version. */
  #hold(hostname: Hostname, entry: DirectoryEntry): Held {
    const now = Date.now();
    const held = this.#memory.get(hostname);
    if (held && !outranks(entry, held.entry)) {
      if (entry.version === held.entry.version && entry.freshUntil > held.entry.freshUntil) {
        held.entry = { ...held.entry, freshUntil: entry.freshUntil };
      }
      held.checkedAt = now;
      return held;
    }
    const answer: Lookup = entry.tenant
      ? { kind: 'tenant', portal: openPortal(entry.tenant, entry.version) }
      : UNKNOWN;
    const fresh: Held = { entry, answer, checkedAt: now, writtenAt: 0 };
    this.#memory.set(hostname, fresh);
    return fresh;
  }

  /** Null when the database could not be asked or gave no answer of the agreed shape. */
  async #ask(hostname: Hostname): Promise<DirectoryEntry | null> {
    const { data, error } = await this.#supabase
      .rpc('resolve_hostname', { p_hostname: hostname })
      .abortSignal(AbortSignal.timeout(ASK_TIMEOUT_MILLISECONDS));
    const resolution = resolutionSchema.safeParse(data);
    if (
      error ||
      !resolution.success ||
      (resolution.data.tenant && resolution.data.tenant.hostname !== hostname)
    ) {
      this.#backOffUntil = Date.now() + BACK_OFF_MILLISECONDS;
      logEvent('directory_unreachable', {
        host: hostname,
        reason: error ? error.message.slice(0, 200) : 'unexpected answer',
      });
      return null;
    }
    const { tenant, version } = resolution.data;
    const fresh = tenant ? this.#freshMilliseconds : Math.min(UNKNOWN_MILLISECONDS, this.#freshMilliseconds);
    return { tenant, version, freshUntil: Date.now() + fresh };
  }
}

function connect({ supabaseUrl, supabasePublishableKey }: Configuration) {
  return createClient(supabaseUrl, supabasePublishableKey, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  });
}

/**
 * A promise of another visitor's request may never settle, should the runtime cancel that request; then this visitor
 * is told to come again rather than kept waiting.
 */
async function orUnavailable(running: Promise<Lookup>): Promise<Lookup> {
  const { promise: late, resolve } = Promise.withResolvers<Lookup>();
  const timer = setTimeout(() => resolve(UNAVAILABLE), ASK_TIMEOUT_MILLISECONDS + 1_000);
  try {
    return await Promise.race([running, late]);
  } finally {
    clearTimeout(timer);
  }
}
