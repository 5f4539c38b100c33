/**
 * The gate in front of look-ups of hosts that nobody knows: anybody can send any Host header, so this path must stay
 * cheap and bounded. Used by tenant-directory.ts alone.
 */

import { LRUCache } from 'lru-cache';
import type { Hostname } from '../../contract/hostnames.ts';

const REMEMBERED = 10_000;
/** Look-ups of unfamiliar hosts that one isolate makes in a window, whoever asks. */
export const LOOKUPS_PER_WINDOW = 120;
const WINDOW_MILLISECONDS = 10_000;

export class UnknownHosts {
  readonly #limiter: RateLimit;
  readonly #rememberedFor: number;
  readonly #until = new LRUCache<Hostname, number>({ max: REMEMBERED });
  #windowStart = 0;
  #lookups = 0;
  #reported = false;

  /** A host counts as unknown for `rememberedFor` milliseconds; then it may have become a tenant. */
  constructor(limiter: RateLimit, rememberedFor: number) {
    this.#limiter = limiter;
    this.#rememberedFor = rememberedFor;
  }

  remember(hostname: Hostname, now: number): void {
    this.#until.set(hostname, now + this.#rememberedFor);
  }

  has(hostname: Hostname, now: number): boolean {
    const until = this.#until.get(hostname);
    if (until === undefined) return false;
    if (now < until) return true;
    this.#until.delete(hostname);
    return false;
  }

  /**
   * Whether one more unfamiliar host may be looked up: per address by the rate-limit binding, so that one scanner
   * does not slow the others' first visits down; per isolate by a plain counter, which holds against a flood from
   * everywhere and when the binding cannot be asked.
   */
  async mayLookUp(address: string, now: number): Promise<boolean> {
    if (now - this.#windowStart >= WINDOW_MILLISECONDS) {
      this.#windowStart = now;
      this.#lookups = 0;
      this.#reported = false;
    }
    if (this.#lookups >= LOOKUPS_PER_WINDOW) return false;
    this.#lookups += 1;
    try {
      return (await this.#limiter.limit({ key: address })).success;
    } catch {
      // The binding is a speed bump and the counter the guard: without the bump, new customers still get in.
      return true;
    }
  }

  /** True for the first refusal of a window: a flood of hosts must not become a flood of log lines. */
  reportsRefusal(): boolean {
    const first = !this.#reported;
    this.#reported = true;
    return first;
  }
}
