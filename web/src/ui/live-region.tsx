/** Says things to screen readers that others can see: a new page, a finished action. One region for the whole app. */
import { useSyncExternalStore } from 'react';

let message = '';
const listeners = new Set<() => void>();

/** Polite; the same words twice in a row are said twice. */
export function announce(words: string): void {
  message = words === message ? `${words}\u00a0` : words;
  for (const listener of listeners) listener();
}

export function LiveRegion() {
  const words = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => message,
  );
  return (
    <div aria-live="polite" aria-atomic="true" className="sr-only">
      {words}
    </div>
  );
}
