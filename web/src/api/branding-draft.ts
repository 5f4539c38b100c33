/** The draft under the hands of one editor: saves itself, and notices when somebody else was quicker. For the branding page. */
import { useEffect, useRef, useState } from 'react';
import type { Branding } from '../../../contract/brand-versions.ts';
import { type BrandConfig, brandConfigSchema } from '../../../contract/branding.ts';
import { ApiError } from './api-error.ts';
import { discardDraft, fetchBranding, publishDraft, saveDraft } from './branding-queries.ts';

const PAUSE_MILLISECONDS = 700;

/** What the server has, as far as this editor knows. */
interface Known {
  readonly config: BrandConfig;
  readonly revision: number;
  readonly basedOn: number;
}

export interface Draft {
  readonly config: BrandConfig;
  /** Pointers of what is not valid; nothing is saved while there are any. */
  readonly invalid: ReadonlySet<string>;
  readonly saved: boolean;
  readonly busy: boolean;
  /** Number of the version that was published when the draft was begun. */
  readonly basedOn: number;
  /** What is there instead, after a conflict. */
  readonly theirs: Branding | null;
  readonly error: ApiError | null;
  change(config: BrandConfig): void;
  retry(): void;
  /** Writes this draft over theirs. */
  keepMine(): void;
  /** Saves what is not saved yet, if it is valid; false when that was refused. */
  flush(): Promise<boolean>;
  /** Forgets it, here and on the server. */
  discard(): Promise<void>;
  /** The number it is published under; null when that was refused. */
  publish(note: string): Promise<number | null>;
}

export function useDraft({ draft, revision, published }: Branding): Draft {
  const hadDraft = draft !== null;
  const [known, setKnown] = useState<Known>({
    config: draft?.config ?? published.config,
    revision,
    basedOn: draft?.basedOn ?? published.number,
  });
  const [config, setConfig] = useState(known.config);
  const [busy, setBusy] = useState(false);
  const [theirs, setTheirs] = useState<Branding | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const parsed = brandConfigSchema.safeParse(config);
  const invalid = new Set(parsed.error?.issues.map(({ path }) => `/${path.join('/')}`));
  const saved = config === known.config;
  /** What the server has is known before it is drawn: whoever waits for a save reads it here. */
  const latest = useRef(known);
  const running = useRef<Promise<unknown>>(Promise.resolve());

  /** Runs one change at a time; answers null when it was refused, which is then shown. */
  function attempt<T>(change: () => Promise<T>): Promise<T | null> {
    const attempted = running.current.then(() => run(change));
    running.current = attempted.catch(() => {});
    return attempted;
  }

  async function run<T>(change: () => Promise<T>): Promise<T | null> {
    setBusy(true);
    setError(null);
    try {
      return await change();
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      if (cause.code !== 'conflict') setError(cause);
      else await fetchBranding().then(setTheirs, () => setError(cause));
      return null;
    } finally {
      setBusy(false);
    }
  }

  async function save(onto: Pick<Known, 'revision' | 'basedOn'>): Promise<Known> {
    const { revision: next } = await saveDraft({ config, revision: onto.revision, basedOn: onto.basedOn });
    const now = { config, revision: next, basedOn: onto.basedOn };
    latest.current = now;
    setKnown(now);
    return now;
  }

  const pending = () => config !== latest.current.config && invalid.size === 0;

  const waiting = !saved && invalid.size === 0 && !busy && theirs === null && error === null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: one timer for each change; `save` is new at each render.
  useEffect(() => {
    if (!waiting) return;
    const timer = setTimeout(() => void attempt(() => save(latest.current)), PAUSE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [waiting, config, known]);

  return {
    config,
    invalid,
    saved,
    busy,
    basedOn: known.basedOn,
    theirs,
    error,
    change(next) {
      setError(null);
      setConfig(next);
    },
    retry: () => void attempt(() => save(latest.current)),
    keepMine() {
      if (theirs === null) return;
      const onto = { revision: theirs.revision, basedOn: theirs.published.number };
      setTheirs(null);
      void attempt(() => save(onto));
    },
    async flush() {
      // Whether there is something left is asked when what runs already has ended.
      return (await attempt(async () => (pending() ? await save(latest.current) : latest.current))) !== null;
    },
    async discard() {
      await running.current;
      // What was never saved is only on this screen.
      if (latest.current.revision > revision || hadDraft) await discardDraft(latest.current.revision);
      setConfig(published.config);
    },
    async publish(note) {
      const done = await attempt(async () => {
        const { revision: seen, basedOn } = latest.current;
        // Begun on an earlier version: what is published now was on this screen all the time, beside what differs.
        const current = Math.max(basedOn, published.number);
        const settled =
          pending() || basedOn < current ? await save({ revision: seen, basedOn: current }) : latest.current;
        return publishDraft(settled.revision, settled.basedOn, note.trim());
      });
      return done?.number ?? null;
    },
  };
}
