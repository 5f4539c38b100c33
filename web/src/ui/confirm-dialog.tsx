/** Asks before something that cannot be taken back. Names the thing and what will happen. Loaded when first needed. */
import { AlertDialog } from '@base-ui/react/alert-dialog';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { BACKDROP, DIALOG } from './floating.ts';

interface ConfirmDialogProps {
  open: boolean;
  title: string;
  children: ReactNode;
  /** A verb: `Sign out everywhere`. */
  confirm: string;
  /** `primary` for what destroys nothing. */
  variant?: 'danger' | 'primary';
  busy: boolean;
  /** Shown inside while it stays open after a failure. */
  error?: ReactNode;
  onConfirm: () => void;
  onClose: () => void;
}

export function ConfirmDialog({
  open,
  title,
  children,
  confirm,
  variant = 'danger',
  busy,
  error,
  onConfirm,
  onClose,
}: ConfirmDialogProps) {
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && !busy && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={BACKDROP} />
        <AlertDialog.Viewport className="fixed inset-0 z-50 grid place-items-center overflow-y-auto p-4">
          <AlertDialog.Popup className={`${DIALOG} w-full max-w-md p-6`}>
            <AlertDialog.Title className="text-lg font-semibold">{title}</AlertDialog.Title>
            <AlertDialog.Description render={<div />} className="mt-2 text-muted">
              {children}
            </AlertDialog.Description>
            {error !== undefined && <div className="mt-4">{error}</div>}
            <div className="mt-6 flex flex-wrap-reverse justify-end gap-3">
              <AlertDialog.Close render={<Button className="max-sm:w-full">Cancel</Button>} />
              <Button variant={variant} busy={busy} onClick={onConfirm} className="max-sm:w-full">
                {confirm}
              </Button>
            </div>
          </AlertDialog.Popup>
        </AlertDialog.Viewport>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
