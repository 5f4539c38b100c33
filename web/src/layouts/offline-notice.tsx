/** Says that the connection is gone, and that what is on the screen may be old. */
import { useSyncExternalStore } from 'react';
import { Alert } from '../ui/alert.tsx';

function subscribe(listener: () => void): () => void {
  addEventListener('online', listener);
  addEventListener('offline', listener);
  return () => {
    removeEventListener('online', listener);
    removeEventListener('offline', listener);
  };
}

export function OfflineNotice() {
  const online = useSyncExternalStore(subscribe, () => navigator.onLine);
  if (online) return null;
  return (
    <div className="mb-6">
      <Alert tone="warning" title="You are offline">
        What you see may be out of date. It is brought up to date when the connection is back.
      </Alert>
    </div>
  );
}
