/** The bar at the foot of the branding page: the state of the draft, what it changes, and the way to publish it. */
import { ChevronUp } from 'lucide-react';
import { useId, useState } from 'react';
import { type BrandChange, MAX_NOTE_LENGTH } from '../../../contract/brand-versions.ts';
import type { Draft } from '../api/branding-draft.ts';
import { BrandDiff } from '../ui/brand-diff.tsx';
import { Button } from '../ui/button.tsx';
import { FIELD } from '../ui/labelled-field.tsx';
import { Refused } from './refused.tsx';

interface PublishBarProps {
  draft: Draft;
  changes: readonly BrandChange[];
  /** How much keeps it from being published. */
  toMend: number;
  /** There is something to forget. */
  discardable: boolean;
  onDiscard: () => void;
  onPublish: (note: string) => void;
}

export function PublishBar({ draft, changes, toMend, discardable, onDiscard, onPublish }: PublishBarProps) {
  const [note, setNote] = useState('');
  const [open, setOpen] = useState(false);
  const id = useId();
  const count = changes.length;
  const publishable =
    count > 0 && toMend === 0 && draft.invalid.size === 0 && draft.theirs === null && !draft.busy;
  return (
    // At the very foot, also at the end of the page: over the room that pages have below them.
    <div className="sticky bottom-0 z-10 -mx-4 -mb-20 flex flex-col gap-3 border-t border-line bg-page px-4 py-3">
      {draft.error !== null && <Refused error={draft.error} retrying={draft.busy} onRetry={draft.retry} />}
      {open && count > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also for those who have a keyboard alone.
        <section id={id} aria-label="What changes" tabIndex={0} className="max-h-[40vh] overflow-y-auto p-1">
          <BrandDiff changes={changes} />
        </section>
      )}
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-3">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <p className="text-sm text-muted" aria-live="polite">
            {count === 0
              ? 'No changes'
              : `Draft · ${count} ${count === 1 ? 'change' : 'changes'} · ${stateOf(draft)}`}
            {toMend > 0 && ` · ${toMend} to mend before publishing`}
          </p>
          {count > 0 && (
            <Button
              variant="ghost"
              size="sm"
              aria-expanded={open}
              aria-controls={open ? id : undefined}
              onClick={() => setOpen(!open)}
            >
              What changes
              <ChevronUp
                aria-hidden
                size={14}
                strokeWidth={1.75}
                className={`transition-transform ${open ? 'rotate-180' : ''}`}
              />
            </Button>
          )}
        </div>
        <div
          className={`flex min-w-0 flex-1 flex-wrap items-center justify-end gap-3 ${count > 0 ? 'max-sm:basis-full' : ''}`}
        >
          {count > 0 && (
            <input
              aria-label="Note for the history"
              placeholder="Note for the history, optional"
              value={note}
              maxLength={MAX_NOTE_LENGTH}
              autoComplete="off"
              onChange={({ target }) => setNote(target.value)}
              // On a phone the bar stays low: the field comes with what changes.
              className={`${FIELD} max-sm:basis-full sm:max-w-72 ${open ? '' : 'max-sm:hidden'}`}
            />
          )}
          <Button aria-disabled={!discardable} onClick={() => discardable && onDiscard()}>
            Discard
          </Button>
          <Button
            variant="primary"
            busy={draft.busy}
            aria-disabled={!publishable}
            onClick={() => publishable && onPublish(note)}
          >
            Publish
          </Button>
        </div>
      </div>
    </div>
  );
}

function stateOf({ busy, saved, invalid }: Draft): string {
  if (busy) return 'saving';
  if (invalid.size > 0) return 'not saved, some fields are not valid';
  return saved ? 'saved' : 'not saved yet';
}
