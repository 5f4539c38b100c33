/** Signing out from anywhere in the shell. A failure is shown by the shell, since the menu it came from is closed. */
import { useMutation, useMutationState, useQueryClient } from '@tanstack/react-query';
import { ApiError } from '../api/api-error.ts';
import { signOut } from '../api/session.ts';

const KEY = ['sign-out'];

export function useSignOut(): () => void {
  const queryClient = useQueryClient();
  const { mutate } = useMutation({ mutationKey: KEY, mutationFn: () => signOut(queryClient) });
  return mutate;
}

/** Why the latest attempt did not work; null while there is nothing to say. */
export function useSignOutFailure(): ApiError | null {
  const latest = useMutationState({ filters: { mutationKey: KEY }, select: ({ state }) => state.error }).at(
    -1,
  );
  return latest instanceof ApiError ? latest : null;
}
