/** The portal's brand: a draft beside its preview, publishing, and every version that was published before. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { History } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useBlocker } from 'react-router';
import { type Branding, type BrandVersion, brandChanges } from '../../../contract/brand-versions.ts';
import { resolveBrand } from '../../../contract/branding.ts';
import { contrastFailures } from '../../../contract/contrast.ts';
import type { SubscriptionTier } from '../../../contract/tenants.ts';
import { ApiError } from '../api/api-error.ts';
import { useCssCheck } from '../api/branding-css.ts';
import { type Draft, useDraft } from '../api/branding-draft.ts';
import { brandingQuery, brandVersionsQuery, discardDraft, restoreVersion } from '../api/branding-queries.ts';
import { wordingFor, wordingForError } from '../api/error-wording.ts';
import { may } from '../api/permissions.ts';
import { meQuery } from '../api/queries.ts';
import { BrandAdvanced } from '../branding/brand-advanced.tsx';
import { PREVIEW_ID, PreviewStyles } from '../branding/preview-styles.tsx';
import { Alert } from '../ui/alert.tsx';
import { BrandForm } from '../ui/brand-form.tsx';
import { BrandHistory } from '../ui/brand-history.tsx';
import { BrandPreview } from '../ui/brand-preview.tsx';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { announce } from '../ui/live-region.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { Section } from '../ui/section.tsx';
import { Loading, Skeleton } from '../ui/skeleton.tsx';

const ConfirmDialog = lazy(async () => ({
  default: (await import('../ui/confirm-dialog.tsx')).ConfirmDialog,
}));

export function BrandingPage() {
  const { data: me } = useQuery(meQuery);
  const allowed = me !== undefined && may(me.member, 'branding');
  const { data, error, refetch, isFetching } = useQuery({ ...brandingQuery, enabled: allowed });
  const [published, setPublished] = useState<number | null>(null);
  return (
    // Whatever a partner's CSS has made of the rest: here it can be mended.
    <div data-plain className="flex flex-col gap-8">
      <PageHead title="Branding">
        How this portal looks to everybody who comes here. Nobody sees a draft until it is published.
      </PageHead>
      {published !== null && (
        <Alert
          tone="success"
          title={`Version ${published} is published`}
          action={
            <Button size="sm" onClick={() => location.reload()}>
              Load this page in the new brand
            </Button>
          }
        >
          You see it on the next page, everybody else within about two minutes.
        </Alert>
      )}
      {me !== undefined && !allowed ? (
        <ErrorNote {...wordingFor('permission_denied')} requestId={null} />
      ) : data !== undefined && me !== undefined ? (
        <Editor
          key={`${data.revision}-${data.published.number}`}
          tenantName={me.tenant.name}
          tier={me.tenant.tier}
          branding={data}
          onPublished={setPublished}
        />
      ) : error instanceof ApiError ? (
        <Refused error={error} retrying={isFetching} onRetry={() => void refetch()} />
      ) : (
        <Loading label="Loading the brand">
          <div className="grid gap-8 xl:grid-cols-2">
            <Skeleton className="h-96 w-full" />
            <Skeleton className="h-96 w-full" />
          </div>
        </Loading>
      )}
    </div>
  );
}

interface EditorProps {
  tenantName: string;
  tier: SubscriptionTier;
  branding: Branding;
  onPublished: (number: number) => void;
}

/** Made anew whenever the server's draft takes the place of the one on the screen. */
function Editor({ tenantName, tier, branding, onPublished }: EditorProps) {
  const queryClient = useQueryClient();
  const draft = useDraft(branding);
  const { published } = branding;
  const failures = contrastFailures(draft.config);
  const cssCheck = useCssCheck(draft.config.customCss);
  const toMend = failures.length + cssCheck.refusals.length;
  const changes = brandChanges(published.config, draft.config);
  const brand = resolveBrand(tenantName, draft.invalid.size === 0 ? draft.config : published.config);
  const [asking, setAsking] = useState<'discard' | BrandVersion | null>(null);

  async function startOver() {
    await queryClient.resetQueries({ queryKey: brandingQuery.queryKey });
    await queryClient.invalidateQueries({ queryKey: brandVersionsQuery.queryKey });
  }
  async function publish() {
    if (!(await draft.publish())) return;
    announce('Published');
    onPublished(published.number + 1);
    await startOver();
  }

  return (
    <>
      {draft.theirs !== null && (
        <Conflict draft={draft} before={branding} onTheirs={() => void startOver()} />
      )}
      <div className="grid items-start gap-x-10 gap-y-8 xl:grid-cols-[minmax(0,1fr)_minmax(0,30rem)]">
        <div className="order-last xl:order-first">
          <BrandForm
            tenantName={tenantName}
            config={draft.config}
            invalid={draft.invalid}
            failures={failures}
            onChange={draft.change}
          />
          <BrandAdvanced config={draft.config} tier={tier} check={cssCheck} onChange={draft.change} />
        </div>
        <div id={PREVIEW_ID} className="xl:sticky xl:top-6">
          <PreviewStyles css={cssCheck.css} />
          <BrandPreview brand={brand} />
        </div>
      </div>
      <Versions current={published.number} onRestore={setAsking} />
      <div className="sticky bottom-0 z-10 -mx-4 flex flex-col gap-3 border-t border-line bg-page px-4 py-3">
        {draft.error !== null && <Refused error={draft.error} retrying={draft.busy} onRetry={draft.retry} />}
        <div className="flex flex-wrap items-center justify-between gap-3">
          <p className="text-sm text-muted" aria-live="polite">
            {changes.length === 0
              ? 'No changes'
              : `Draft · ${changes.length} ${changes.length === 1 ? 'change' : 'changes'} · ${stateOf(draft)}`}
            {toMend > 0 && ` · ${toMend} to mend before publishing`}
          </p>
          <div className="flex gap-3">
            <Button
              aria-disabled={changes.length === 0 && branding.draft === null}
              onClick={() => (changes.length > 0 || branding.draft !== null) && setAsking('discard')}
            >
              Discard
            </Button>
            <Button
              variant="primary"
              busy={draft.busy}
              aria-disabled={!canPublish(draft, changes.length, toMend)}
              onClick={() => canPublish(draft, changes.length, toMend) && void publish()}
            >
              Publish
            </Button>
          </div>
        </div>
      </div>
      <LeaveGuard unsaved={!draft.saved} />
      <Suspense fallback={null}>
        {asking === 'discard' && (
          <Ask
            title="Discard the draft?"
            confirm="Discard"
            act={async () => {
              // What was never saved is only on this screen.
              if (draft.revision > branding.revision || branding.draft !== null)
                await discardDraft(draft.revision);
            }}
            onDone={() => {
              announce('The draft is discarded');
              // Where the server had none, its answer is the same as before: what is on the screen goes by itself.
              draft.change(published.config);
              return startOver();
            }}
            onClose={() => setAsking(null)}
          >
            All changes since the last publish are lost, also those of others. What is published stays.
          </Ask>
        )}
        {asking !== null && asking !== 'discard' && (
          <Ask
            title={`Restore version ${asking.number}?`}
            confirm="Restore and publish"
            variant="primary"
            act={() => restoreVersion(asking.number, published.number)}
            onDone={() => {
              announce(`Version ${asking.number} is restored`);
              onPublished(published.number + 1);
              return startOver();
            }}
            onClose={() => setAsking(null)}
          >
            Everybody sees that brand again, as a new version. The draft is kept.
          </Ask>
        )}
      </Suspense>
    </>
  );
}

function canPublish(draft: Draft, changes: number, toMend: number): boolean {
  return changes > 0 && toMend === 0 && draft.invalid.size === 0 && draft.theirs === null && !draft.busy;
}

function stateOf({ busy, saved, invalid }: Draft): string {
  if (busy) return 'saving';
  if (invalid.size > 0) return 'not saved, some fields are not valid';
  return saved ? 'saved' : 'not saved yet';
}

function Refused({ error, retrying, onRetry }: { error: ApiError; retrying: boolean; onRetry: () => void }) {
  return (
    <ErrorNote
      {...wordingForError(error)}
      requestId={error.requestId}
      retrying={retrying}
      onRetry={onRetry}
    />
  );
}

function Conflict({ draft, before, onTheirs }: { draft: Draft; before: Branding; onTheirs: () => void }) {
  const { theirs } = draft;
  if (theirs === null) return null;
  const changed = brandChanges(before.published.config, theirs.published.config).map(({ pointer }) =>
    pointer.slice(1).replaceAll('/', ' '),
  );
  const who = (theirs.draft?.updatedBy ?? theirs.published.publishedBy)?.name ?? 'Somebody else';
  return (
    <Alert
      tone="warning"
      title={`${who} changed the brand in the meantime`}
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
      {changed.length > 0
        ? `Published since you started: ${changed.join(', ')}. Nothing of yours was lost.`
        : 'The draft is another one now. Nothing of yours was lost.'}
    </Alert>
  );
}

function Versions({ current, onRestore }: { current: number; onRestore: (version: BrandVersion) => void }) {
  const { data, error, refetch, isFetching, hasNextPage, fetchNextPage } =
    useInfiniteQuery(brandVersionsQuery);
  const versions = data?.pages.flatMap(({ items }) => items);
  return (
    <Section title="History" description="Every brand that was published. Restoring one publishes it again.">
      {versions === undefined && error instanceof ApiError && (
        <Refused error={error} retrying={isFetching} onRetry={() => void refetch()} />
      )}
      {versions === undefined && error === null && (
        <Loading label="Loading the history">
          <Skeleton className="h-16 w-full" />
        </Loading>
      )}
      {versions?.length === 0 && (
        <EmptyState icon={<History aria-hidden size={22} strokeWidth={1.5} />} title="Nothing published yet">
          The first publish keeps what is there now as version 1.
        </EmptyState>
      )}
      {versions !== undefined && versions.length > 0 && (
        <BrandHistory versions={versions} current={current} onRestore={onRestore} />
      )}
      {hasNextPage && (
        <div>
          <Button size="sm" busy={isFetching} onClick={() => void fetchNextPage()}>
            Show older
          </Button>
        </div>
      )}
    </Section>
  );
}

interface AskProps {
  title: string;
  confirm: string;
  variant?: 'danger' | 'primary';
  children: string;
  act: () => Promise<unknown>;
  onDone: () => Promise<void>;
  onClose: () => void;
}

function Ask({ act, onDone, onClose, children, ...words }: AskProps) {
  const { mutate, isPending, error } = useMutation({
    mutationFn: act,
    onSuccess: async () => {
      onClose();
      await onDone();
    },
  });
  return (
    <ConfirmDialog
      open
      {...words}
      busy={isPending}
      error={
        error instanceof ApiError && <ErrorNote {...wordingForError(error)} requestId={error.requestId} />
      }
      onConfirm={() => mutate()}
      onClose={onClose}
    >
      {children}
    </ConfirmDialog>
  );
}

/** Asks before what is not saved is left behind: another page of the app, or the tab itself. */
function LeaveGuard({ unsaved }: { unsaved: boolean }) {
  const blocker = useBlocker(unsaved);
  useEffect(() => {
    if (!unsaved) return;
    const keep = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', keep);
    return () => removeEventListener('beforeunload', keep);
  }, [unsaved]);
  if (blocker.state !== 'blocked') return null;
  return (
    <Suspense fallback={null}>
      <ConfirmDialog
        open
        title="Leave without saving?"
        confirm="Leave"
        busy={false}
        onConfirm={() => blocker.proceed()}
        onClose={() => blocker.reset()}
      >
        The last changes are not saved yet. They are lost when you leave now.
      </ConfirmDialog>
    </Suspense>
  );
}
