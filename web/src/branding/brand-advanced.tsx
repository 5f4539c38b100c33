/** For those who want more than the tokens: custom CSS, held against the server's rules, and naming the platform. */
import { type BrandConfig, MAX_CUSTOM_CSS_BYTES } from '../../../contract/branding.ts';
import { type CssCheck, refusalDetail } from '../../../contract/custom-css.ts';
import { choosesPoweredBy } from '../../../contract/entitlements.ts';
import type { SubscriptionTier } from '../../../contract/tenants.ts';
import { Alert } from '../ui/alert.tsx';
import { Section } from '../ui/section.tsx';
import { CssEditor } from './css-editor.tsx';

interface BrandAdvancedProps {
  config: BrandConfig;
  tier: SubscriptionTier;
  check: CssCheck;
  onChange: (config: BrandConfig) => void;
}

export function BrandAdvanced({ config, tier, check, onChange }: BrandAdvancedProps) {
  const { customCss = '' } = config;
  const bytes = new TextEncoder().encode(customCss).length;
  const tooLong = bytes > MAX_CUSTOM_CSS_BYTES;
  return (
    <div className="mt-10 flex max-w-[40rem] flex-col gap-10">
      <Section
        title="Custom CSS"
        description="For what the tokens above do not reach. It restyles the portal’s pages, not this one, and cannot hide, move or load anything."
      >
        <CssEditor
          css={customCss}
          refusedLines={new Set(check.refusals.map(({ line }) => line))}
          note={
            <p className={tooLong ? 'text-danger' : 'text-muted'}>
              {`${bytes.toLocaleString()} of ${MAX_CUSTOM_CSS_BYTES.toLocaleString()} bytes`}
              {tooLong && ' – too long to be saved'}
            </p>
          }
          onChange={(css) => {
            const { customCss: _dropped, ...rest } = config;
            onChange(css === '' ? rest : { ...rest, customCss: css });
          }}
        />
        <div aria-live="polite" className="empty:hidden">
          {check.refusals.length > 0 && <Refusals check={check} />}
        </div>
        <details className="text-sm">
          <summary className="cursor-pointer font-medium">What can be written here</summary>
          <div className="mt-2 flex max-w-[72ch] flex-col gap-2 text-muted">
            <p>
              Colours, backgrounds and gradients, borders, corners, shadows, spacing, type, alignment and
              transitions; <code className="font-mono">@media</code> and{' '}
              <code className="font-mono">@supports</code>; nested rules that start with{' '}
              <code className="font-mono">&</code>, three deep. <code className="font-mono">:scope</code> is
              the whole portal, and <code className="font-mono">var(--brand-primary)</code> and its like are
              your colours in the palette that is shown.
            </p>
            <p>
              Addresses, <code className="font-mono">!important</code>, escapes, and whatever hides, moves or
              covers are refused. Menus, dialogs and notices keep their own look.
            </p>
          </div>
        </details>
      </Section>
      <Section title="Powered by">
        <PoweredByChoice config={config} tier={tier} onChange={onChange} />
      </Section>
    </div>
  );
}

function Refusals({ check: { refusals } }: { check: CssCheck }) {
  const several = refusals.length > 1;
  return (
    <Alert
      tone="danger"
      title={several ? `${refusals.length} lines are not allowed` : 'One line is not allowed'}
    >
      <ul className="mt-1 flex flex-col gap-1">
        {refusals.map((refusal) => (
          <li key={`${refusal.line}:${refusal.column}`} className="break-words">
            <Words>{refusalDetail(refusal)}</Words>
          </li>
        ))}
      </ul>
      <p className="mt-1.5">The draft keeps them; they have to go before it is published.</p>
    </Alert>
  );
}

/** What stands between backticks is code. */
function Words({ children }: { children: string }) {
  return children.split('`').map((part, index) => {
    const Part = index % 2 === 0 ? 'span' : 'code';
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one sentence never change places.
    return <Part key={index}>{part}</Part>;
  });
}

function PoweredByChoice({ config, tier, onChange }: Omit<BrandAdvancedProps, 'check'>) {
  const choice = choosesPoweredBy(tier);
  // Left over from a larger plan: it cannot be published any more, so it can be put right here.
  const leftOver = !choice && config.poweredBy === false;
  return (
    <label className="flex items-start gap-3">
      <input
        type="checkbox"
        className="mt-0.5 size-4.5 shrink-0"
        checked={choice ? config.poweredBy === true : !leftOver}
        disabled={!choice && !leftOver}
        onChange={({ target }) => onChange({ ...config, poweredBy: target.checked })}
      />
      <span className="min-w-0">
        <span className="block font-medium">Say who this portal is powered by</span>
        <span className="block text-sm text-muted">
          {choice
            ? 'A line at the foot of the sign-in page and of the pages behind it.'
            : `Your plan always shows it. ${leftOver ? 'Switch it on before you publish.' : 'Larger plans can leave it out.'}`}
        </span>
      </span>
    </label>
  );
}
