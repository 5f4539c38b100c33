/** Says what somebody else did to the brand while this draft was worked on. Parts of the branding page. */
import { type Branding, brandChanges } from '../../../contract/brand-versions.ts';
import type { Draft } from '../api/branding-draft.ts';
import { Alert } from '../ui/alert.tsx';
import { tokenName } from '../ui/brand-tokens.ts';
import { Button } from '../ui/button.tsx';

interface ConflictProps {
  draft: Draft;
  before: Branding;
  onTheirs: () => void;
}

/** A change was refused, because it was made to something that is no longer there. */
export function Conflict({ draft, before, onTheirs }: ConflictProps) {
  const { theirs } = draft;
  if (theirs === null) return null;
  const { published } = theirs;
  const republished = published.number !== before.published.number;
  const person = republished ? published.publishedBy : (theirs.draft?.updatedBy ?? published.publishedBy);
  const changed = brandChanges(before.published.config, published.config).map(({ pointer }) =>
    tokenName(pointer),
  );
  return (
    <Alert
      tone="warning"
      title={`${person?.name ?? 'Somebody else'} changed the brand in the meantime`}
      action={
        <div className="flex flex-wrap gap-2">
          <Button size="sm" onClick={draft.keepMine}>
            Keep my draft
          </Button>
          <Button size="sm" onClick={onTheirs}>
            Show what is there now
          </Button>
        </div>
      }
    >
      {republished
        ? `Version ${published.number} is published${changed.length > 0 ? `, with other values of: ${changed.join('; ')}` : ''}. Nothing of yours was lost.`
        : 'The draft is another one now. Nothing of yours was lost.'}
    </Alert>
  );
}

/** The draft was begun on an earlier version: not refused, since what differs from the newer one is shown. */
export function Outdated({ published }: { published: Branding['published'] }) {
  return (
    <Alert tone="info" title={`Version ${published.number} was published after this draft was begun`}>
      The draft is kept as it was. What changes is told against version {published.number}; publishing the
      draft takes its place.
    </Alert>
  );
}
