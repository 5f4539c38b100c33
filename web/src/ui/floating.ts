/** The look of what floats (menus, dialogs, sheets): the only things with a shadow, all arriving the same way. */
const MOTION = 'transition-[opacity,scale,translate] duration-150 ease-out';

export const BACKDROP =
  'fixed inset-0 z-50 bg-scrim transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0';

export const DIALOG = `rounded-md bg-raised text-ink shadow-float outline-none ${MOTION} data-ending-style:scale-[0.98] data-ending-style:opacity-0 data-starting-style:scale-[0.98] data-starting-style:opacity-0`;

export const MENU = `rounded-md bg-raised p-1 text-ink shadow-float outline-none origin-(--transform-origin) ${MOTION} data-ending-style:opacity-0 data-starting-style:scale-[0.98] data-starting-style:opacity-0`;

export const MENU_ITEM =
  'flex min-h-9 w-full cursor-default items-center gap-2.5 rounded-sm px-2.5 py-1.5 text-start outline-none select-none data-highlighted:bg-sunken coarse:min-h-11';

export const SHEET =
  'flex h-dvh flex-col bg-page text-ink shadow-float outline-none transition-[translate] duration-200 ease-out data-ending-style:-translate-x-full data-starting-style:-translate-x-full rtl:data-ending-style:translate-x-full rtl:data-starting-style:translate-x-full';
