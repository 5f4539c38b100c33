/** The face of a button that opens a row's menu, and its look; the same before and after the menu's code is here. */
import { Ellipsis } from 'lucide-react';

export const MENU_BUTTON =
  'inline-flex size-9 shrink-0 items-center justify-center rounded-sm text-muted transition-colors hover:bg-well hover:text-ink data-popup-open:bg-well coarse:size-11';

export function MenuDots() {
  return <Ellipsis aria-hidden size={18} strokeWidth={1.5} />;
}
