/** What one member may administer, to tick and untick. Loaded when first needed; used by the members page. */
import { Dialog } from '@base-ui/react/dialog';
import { type ReactNode, useState } from 'react';
import type { Member } from '../../../contract/members.ts';
import { roleAllows } from '../../../contract/permissions.ts';
import type { Permission } from '../../../contract/tenants.ts';
import { Button } from './button.tsx';
import { BACKDROP, DIALOG } from './floating.ts';
import { ROLE_NAMES } from './names.ts';
import { ALL_PERMISSIONS, PERMISSION_NAMES } from './permission-names.ts';

interface PermissionsDialogProps {
  name: string;
  member: Member;
  /** What the one who asks has: nobody gives more. */
  grantable: readonly Permission[];
  busy: boolean;
  error?: ReactNode;
  onSave: (permissions: Partial<Record<Permission, boolean>>) => void;
  onClose: () => void;
}

export function PermissionsDialog({
  name,
  member,
  grantable,
  busy,
  error,
  onSave,
  onClose,
}: PermissionsDialogProps) {
  const has = (permission: Permission) => roleAllows(member.role, member.permissions, permission);
  const [chosen, setChosen] = useState(() => new Set(ALL_PERMISSIONS.filter(has)));
  const toggle = (permission: Permission) => {
    const next = new Set(chosen);
    if (!next.delete(permission)) next.add(permission);
    setChosen(next);
  };
  const reasonAgainst = (permission: Permission): string | null => {
    if (member.lastAdmin && permission === 'members') return 'Nobody else can manage members.';
    return has(permission) || grantable.includes(permission)
      ? null
      : 'You cannot give what you do not have yourself.';
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && !busy && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={BACKDROP} />
        <Dialog.Viewport className="fixed inset-0 z-50 grid place-items-center overflow-y-auto p-4">
          <Dialog.Popup className={`${DIALOG} w-full max-w-md p-6`}>
            <Dialog.Title className="text-lg font-semibold">What {name} may do</Dialog.Title>
            <Dialog.Description className="mt-1 text-muted">
              {member.role === 'admin'
                ? 'Admins may do all of this unless it is taken away here.'
                : `The role ${ROLE_NAMES[member.role]} includes none of this unless it is given here.`}
            </Dialog.Description>
            <ul className="mt-4 flex flex-col divide-y divide-line border-y border-line">
              {ALL_PERMISSIONS.map((permission) => {
                const reason = reasonAgainst(permission);
                return (
                  <li key={permission}>
                    <label className="flex min-h-11 items-start gap-3 py-2.5">
                      <input
                        type="checkbox"
                        className="mt-0.5 size-4.5 shrink-0"
                        checked={chosen.has(permission)}
                        disabled={reason !== null}
                        onChange={() => toggle(permission)}
                      />
                      <span className="min-w-0">
                        <span className="block font-medium">{PERMISSION_NAMES[permission].name}</span>
                        <span className="block text-sm text-muted">
                          {PERMISSION_NAMES[permission].allows}
                          {reason !== null && `. ${reason}`}
                        </span>
                      </span>
                    </label>
                  </li>
                );
              })}
            </ul>
            {error !== undefined && <div className="mt-4">{error}</div>}
            <div className="mt-6 flex flex-wrap-reverse justify-end gap-3">
              <Dialog.Close render={<Button className="max-sm:w-full">Cancel</Button>} />
              <Button
                variant="primary"
                busy={busy}
                className="max-sm:w-full"
                onClick={() =>
                  onSave(Object.fromEntries(ALL_PERMISSIONS.map((each) => [each, chosen.has(each)])))
                }
              >
                Save permissions
              </Button>
            </div>
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
