/** Asks before what is not saved is left behind: another page of the app, or the tab itself. A part of the branding page. */
import { lazy, Suspense, useEffect } from 'react';
import { useBlocker } from 'react-router';

const ConfirmDialog = lazy(async () => ({
  default: (await import('../ui/confirm-dialog.tsx')).ConfirmDialog,
}));

export function LeaveGuard({ unsaved }: { unsaved: boolean }) {
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
