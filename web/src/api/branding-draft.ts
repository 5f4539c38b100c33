/** The draft under the hands of one editor: saves itself, and notices when somebody else was quicker. For the branding page. */
import { useEffect, useState } from 'react';
import type { Branding } from '../../../contract/brand-versions.ts';
import { type BrandConfig, brandConfigSchema } from '../../../contract/branding.ts';
import { ApiError } from './api-error.ts';
import { fetchBranding, publishDraft, saveDraft } from './branding-queries.ts';

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
  readonly revision: number;
  /** What is there instead, after a conflict. */
  readonly theirs: Branding | null;
  readonly error: ApiError | null;
  change(config: BrandConfig): void;
  retry(): void;
  /** Writes this draft over theirs. */
  keepMine(): void;
  /** True when it is published. */
  publish(): Promise<boolean>;
}

export function useDraft({ draft, revision, published }: Branding): Draft {
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

  /** Runs one change at a time; answers null when it was refused, which is then shown. */
  async function attempt<T>(change: () => Promise<T>): Promise<T | null> {
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
    setKnown(now);
    return now;
  }

  const waiting = !saved && invalid.size === 0 && !busy && theirs === null && error === null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: one timer for each change; `save` is new at each render.
  useEffect(() => {
    if (!waiting) return;
    const timer = setTimeout(() => void attempt(() => save(known)), PAUSE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [waiting, config, known]);

  return {
    config,
    invalid,
    saved,
    busy,
    revision: known.revision,
    theirs,
    error,
    change(next) {
      setError(null);
      setConfig(next);
    },
    retry: () => void attempt(() => save(known)),
    keepMine() {
      if (theirs === null) return;
      const onto = { revision: theirs.revision, basedOn: theirs.published.number };
      setTheirs(null);
      void attempt(() => save(onto));
    },
    async publish() {
      const done = await attempt(async () => {
        // Without a draft of its own yet, what is shown may be what is published: it is written first.
        const now = saved ? known : await save(known);
        return publishDraft(now.revision, now.basedOn);
      });
      return done !== null;
    },
  };
}
