/** The places of the rail, on small screens: a sheet from the start edge. */
import { Dialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { BACKDROP, SHEET } from '../ui/floating.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { BrandLink, HelpLink, Places } from './rail.tsx';

interface NavigationSheetProps {
  open: boolean;
  onClose: () => void;
}

export function NavigationSheet({ open, onClose }: NavigationSheetProps) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={BACKDROP} />
        <Dialog.Viewport className="fixed inset-y-0 start-0 z-50 w-72 max-w-[85vw]">
          <Dialog.Popup className={SHEET}>
            <Dialog.Title className="sr-only">Menu</Dialog.Title>
            <div className="flex items-center gap-2 p-3">
              <div className="min-w-0 flex-1">
                <BrandLink onClick={onClose} />
              </div>
              <Dialog.Close
                render={
                  <IconButton label="Close menu">
                    <X aria-hidden size={20} strokeWidth={1.5} />
                  </IconButton>
                }
              />
            </div>
            <nav aria-label="Main" className="min-h-0 flex-1 overflow-y-auto p-3 pt-1">
              <Places onGo={onClose} />
            </nav>
            <div className="p-3">
              <HelpLink />
            </div>
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
