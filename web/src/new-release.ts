/** A tab that outlived a release asks for chunks that are gone. It reloads once, and only once, to get the new app. */
const KEY = 'reloaded-at';
const ONCE_IN_MS = 60_000;

export function reloadOnNewRelease(): void {
  addEventListener('vite:preloadError', (event) => {
    if (!navigator.onLine) return;
    try {
      const last = Number(sessionStorage.getItem(KEY) ?? 0);
      if (Date.now() - last < ONCE_IN_MS) return;
      sessionStorage.setItem(KEY, String(Date.now()));
    } catch {
      // Without storage nobody could tell a second reload from the first: show the failure instead.
      return;
    }
    event.preventDefault();
    location.reload();
  });
}
