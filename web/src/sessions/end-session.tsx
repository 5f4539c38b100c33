/** The questions before a session, or all of them, are ended. Loaded by the sessions page when somebody is about to. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Session } from '../../../contract/api.ts';
import { ApiError } from '../api/api-error.ts';
import { command } from '../api/client.ts';
import { wordingForError } from '../api/error-wording.ts';
import { signOutEverywhere } from '../api/session.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { deviceName } from '../ui/device-row.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { announce } from '../ui/live-region.tsx';

export function EndOne({ session, onClose }: { session: Session; onClose: () => void }) {
  const queryClient = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => command('DELETE', `/api/sessions/${session.id}`),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['sessions'] });
      announce(`${deviceName(session)} is signed out`);
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      title={`Sign out ${deviceName(session)}?`}
      confirm="Sign out"
      busy={isPending}
      error={error instanceof ApiError && <DialogError error={error} />}
      onConfirm={() => mutate()}
      onClose={onClose}
    >
      Whoever uses that browser has to sign in again. If you do not recognise it, check the security of your
      GitHub or Google account as well.
    </ConfirmDialog>
  );
}

export function EndAll({ onClose }: { onClose: () => void }) {
  const queryClient = useQueryClient();
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: () => signOutEverywhere(queryClient),
  });
  return (
    <ConfirmDialog
      open
      title="Sign out everywhere?"
      confirm="Sign out everywhere"
      busy={isPending || isSuccess}
      error={error instanceof ApiError && <DialogError error={error} />}
      onConfirm={() => mutate()}
      onClose={onClose}
    >
      Every browser that is signed in as you is signed out, this one too. You can sign in again right away.
    </ConfirmDialog>
  );
}

function DialogError({ error }: { error: ApiError }) {
  return <ErrorNote {...wordingForError(error)} requestId={error.requestId} />;
}
