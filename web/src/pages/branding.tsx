/** The portal's brand: a draft beside its preview, publishing, and every version that was published before. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useRef, useState } from 'react';
import { type Branding, type BrandVersion, brandChanges } from '../../../contract/brand-versions.ts';
import { resolveBrand } from '../../../contract/branding.ts';
import { contrastFailures } from '../../../contract/contrast.ts';
import { showsPoweredBy } from '../../../contract/entitlements.ts';
import type { SubscriptionTier } from '../../../contract/tenants.ts';
import { wordingFor } from '../api/administration-wording.ts';
import { ApiError } from '../api/api-error.ts';
import { uploadBrandImage } from '../api/brand-image-upload.ts';
import { useCssCheck } from '../api/branding-css.ts';
import { useDraft } from '../api/branding-draft.ts';
import { brandingQuery, brandVersionsQuery, restoreVersion } from '../api/branding-queries.ts';
import { may } from '../api/permissions.ts';
import { meQuery } from '../api/queries.ts';
import { BrandAdvanced } from '../branding/brand-advanced.tsx';
import { BrandPreview } from '../branding/brand-preview.tsx';
import { LeaveGuard } from '../branding/leave-guard.tsx';
import { Conflict, Outdated } from '../branding/meanwhile.tsx';
import type { LoadRoutes } from '../branding/preview-frame.tsx';
import { PublishBar } from '../branding/publish-bar.tsx';
import { Refused } from '../branding/refused.tsx';
import { Versions } from '../branding/versions.tsx';
import { Alert } from '../ui/alert.tsx';
import { BrandForm } from '../ui/brand-form.tsx';
import { BrandImagesSection } from '../ui/brand-images.tsx';
import { Button } from '../ui/button.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { announce } from '../ui/live-region.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { Loading, Skeleton } from '../ui/skeleton.tsx';

const Ask = lazy(async () => ({ default: (await import('../branding/ask.tsx')).Ask }));

interface BrandingPageProps {
  /** The pages that the preview shows. */
  loadPreviewed: LoadRoutes;
}

export function BrandingPage({ loadPreviewed }: BrandingPageProps) {
  const { data: me } = useQuery(meQuery);
  const allowed = me !== undefined && may(me.member, 'branding');
  const { data, error, refetch, isFetching } = useQuery({ ...brandingQuery, enabled: allowed });
  const [published, setPublished] = useState<number | null>(null);
  const head = useRef<HTMLDivElement>(null);
  return (
    // Whatever a partner's CSS has made of the rest: here it can be mended.
    <div data-plain className="flex flex-col gap-8">
      <div ref={head} tabIndex={-1} className="flex flex-col gap-8 outline-offset-8">
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
      </div>
      {me !== undefined && !allowed ? (
        <ErrorNote {...wordingFor('permission_denied')} requestId={null} />
      ) : data !== undefined && me !== undefined ? (
        <Editor
          key={`${data.revision}-${data.published.number}`}
          tenantName={me.tenant.name}
          tier={me.tenant.tier}
          branding={data}
          loadPreviewed={loadPreviewed}
          onPublished={setPublished}
          // Its button is gone with the editor that had it: the focus goes where the outcome is told.
          onReplaced={() => head.current?.focus()}
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

interface EditorProps extends BrandingPageProps {
  tenantName: string;
  tier: SubscriptionTier;
  branding: Branding;
  onPublished: (number: number) => void;
  onReplaced: () => void;
}

/** Made anew whenever the server's draft takes the place of the one on the screen. */
function Editor({ tenantName, tier, branding, loadPreviewed, onPublished, onReplaced }: EditorProps) {
  const queryClient = useQueryClient();
  const draft = useDraft(branding);
  const { published } = branding;
  // Half a colour, while it is being typed, has no contrast with anything.
  const failures = [...draft.invalid].some((pointer) => pointer.startsWith('/colors/'))
    ? []
    : contrastFailures(draft.config);
  const cssCheck = useCssCheck(draft.config.customCss);
  const changes = brandChanges(published.config, draft.config);
  const brand = resolveBrand(tenantName, draft.invalid.size === 0 ? draft.config : published.config);
  const [asking, setAsking] = useState<'discard' | BrandVersion | null>(null);

  async function startOver() {
    await queryClient.resetQueries({ queryKey: brandingQuery.queryKey });
    onReplaced();
    await queryClient.invalidateQueries({ queryKey: brandVersionsQuery.queryKey });
  }
  async function publish(note: string) {
    const number = await draft.publish(note);
    if (number === null) return;
    announce('Published');
    onPublished(number);
    await startOver();
  }

  return (
    <>
      {draft.theirs !== null ? (
        <Conflict draft={draft} before={branding} onTheirs={() => void startOver()} />
      ) : (
        changes.length > 0 && draft.basedOn < published.number && <Outdated published={published} />
      )}
      <div className="grid items-start gap-x-10 gap-y-8 xl:grid-cols-[minmax(0,5fr)_minmax(0,6fr)]">
        <div className="order-last xl:order-first">
          <BrandForm
            tenantName={tenantName}
            config={draft.config}
            invalid={draft.invalid}
            failures={failures}
            onChange={draft.change}
            images={
              <BrandImagesSection
                config={draft.config}
                brand={brand}
                upload={uploadBrandImage}
                onChange={draft.change}
              />
            }
          />
          <BrandAdvanced config={draft.config} tier={tier} check={cssCheck} onChange={draft.change} />
        </div>
        <div className="xl:sticky xl:top-6">
          <BrandPreview
            brand={brand}
            poweredBy={showsPoweredBy(tier, draft.config.poweredBy)}
            css={cssCheck.css}
            load={loadPreviewed}
          />
        </div>
      </div>
      <Versions tenantName={tenantName} current={published.number} onRestore={setAsking} />
      <PublishBar
        draft={draft}
        changes={changes}
        toMend={failures.length + cssCheck.refusals.length}
        discardable={changes.length > 0 || branding.draft !== null}
        onDiscard={() => setAsking('discard')}
        onPublish={(note) => void publish(note)}
      />
      <LeaveGuard unsaved={!draft.saved} />
      <Suspense fallback={null}>
        {asking === 'discard' && (
          <Ask
            title="Discard the draft?"
            confirm="Discard"
            act={draft.discard}
            onDone={() => {
              announce('The draft is discarded');
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
            act={async () => {
              // What was typed a moment ago belongs to the draft, which is kept.
              if (!(await draft.flush())) return false;
              const { number } = await restoreVersion(asking.number, published.number);
              announce(`Version ${asking.number} is restored`);
              onPublished(number);
              return true;
            }}
            onDone={startOver}
            onClose={() => setAsking(null)}
          >
            {draft.invalid.size === 0
              ? 'Everybody sees that brand again, as a new version. The draft is kept.'
              : 'Everybody sees that brand again, as a new version. The draft is kept as it was last saved, without the fields that are not valid.'}
          </Ask>
        )}
      </Suspense>
    </>
  );
}
