/** Copies a value and says so in place. Used beside ids and records. */
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';

interface CopyButtonProps {
  value: string;
  /** What is copied, for the button's name: `Copy request id`. */
  what: string;
}

const SHOWN_FOR_MS = 2000;

export function CopyButton({ value, what }: CopyButtonProps) {
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), SHOWN_FOR_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = () =>
    navigator.clipboard?.writeText(value).then(
      () => setState('copied'),
      // The browser does not allow it here; the value stands beside the button to be selected by hand.
      () => setState('refused'),
    ) ?? setState('refused');
  const Icon = state === 'copied' ? Check : Copy;
  return (
    <button
      type="button"
      onClick={copy}
      title={`Copy ${what}`}
      className="inline-flex min-h-6 items-center gap-1.5 rounded-xs px-1.5 text-xs font-medium transition-colors hover:bg-ink/10"
    >
      <Icon aria-hidden size={14} strokeWidth={1.75} />
      <span aria-live="polite">
        {state === 'copied' ? 'Copied' : state === 'refused' ? 'Select and copy by hand' : 'Copy'}
        {state === 'idle' && <span className="sr-only"> {what}</span>}
      </span>
    </button>
  );
}
