/** Signing out from anywhere in the shell. A failure is shown by the shell, since the menu it came from is closed. */
import { useQueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { ApiError } from '../api/api-error.ts';
import { signOut } from '../api/session.ts';

const KEY = ['sign-out'];

export function useSignOut(): () => void {
  const queryClient = useQueryClient();
  const attempt = { mutationKey: KEY, mutationFn: () => signOut(queryClient) };
  // Without `useMutation`, which every page would load for this alone; what goes wrong is in the cache.
  return () => {
    const mutation = queryClient.getMutationCache().build(queryClient, attempt);
    void mutation.execute(undefined).catch(() => undefined);
  };
}

/** Why the latest attempt did not work; null while there is nothing to say. */
export function useSignOutFailure(): ApiError | null {
  const mutations = useQueryClient().getMutationCache();
  const error = useSyncExternalStore(
    (changed) => mutations.subscribe(changed),
    () => mutations.findAll({ mutationKey: KEY }).at(-1)?.state.error,
  );
  return error instanceof ApiError ? error : null;
}
