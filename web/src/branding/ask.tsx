/** Asks before the draft is discarded or an earlier brand comes back, and does it. A part of the branding page. */
import { useMutation } from '@tanstack/react-query';
import { wordingForError } from '../api/administration-wording.ts';
import { ApiError } from '../api/api-error.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { ErrorNote } from '../ui/error-note.tsx';

interface AskProps {
  title: string;
  confirm: string;
  variant?: 'danger' | 'primary';
  children: string;
  /** False when it was refused, and the page says why. */
  act: () => Promise<unknown>;
  onDone: () => Promise<void>;
  onClose: () => void;
}

export function Ask({ act, onDone, onClose, children, ...words }: AskProps) {
  const { mutate, isPending, error } = useMutation({
    mutationFn: act,
    onSuccess: async (done) => {
      onClose();
      if (done !== false) await onDone();
    },
  });
  return (
    <ConfirmDialog
      open
      {...words}
      busy={isPending}
      error={
        error instanceof ApiError && <ErrorNote {...wordingForError(error)} requestId={error.requestId} />
      }
      onConfirm={() => mutate()}
      onClose={onClose}
    >
      {children}
    </ConfirmDialog>
  );
}
