/** ⌘K: type a few letters, go anywhere or do the common things. Loaded when first opened. */
import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { LifeBuoy, LogOut, type LucideIcon, Monitor, Moon, Search, Sun } from 'lucide-react';
import { useNavigate } from 'react-router';
import { boot } from '../api/boot.ts';
import { BACKDROP, DIALOG, MENU_ITEM } from '../ui/floating.ts';
import { supportHref } from '../ui/support.ts';
import { chooseTheme } from '../ui/theme-choice.ts';
import { useNavigationGroups } from './navigation.ts';
import { useSignOut } from './sign-out.ts';

interface Command {
  label: string;
  keywords: string;
  icon: LucideIcon;
  run: () => void;
}

interface CommandGroup {
  value: string;
  items: Command[];
}

interface CommandPaletteProps {
  open: boolean;
  onClose: () => void;
}

export function CommandPalette({ open, onClose }: CommandPaletteProps) {
  const groups = useCommands();
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={BACKDROP} />
        <Dialog.Viewport className="fixed inset-0 z-50 flex items-start justify-center px-3 pt-[12dvh]">
          <Dialog.Popup
            aria-label="Go to a page or do something"
            className={`${DIALOG} flex max-h-[min(28rem,76dvh)] w-full max-w-lg flex-col overflow-hidden`}
          >
            <Autocomplete.Root
              open
              inline
              items={groups}
              autoHighlight="always"
              keepHighlight
              itemToStringValue={(command: Command) => `${command.label} ${command.keywords}`}
            >
              <div className="flex items-center gap-2.5 border-b border-line px-4">
                <Search aria-hidden size={18} strokeWidth={1.5} className="shrink-0 text-muted" />
                <Autocomplete.Input
                  aria-label="Search pages and actions"
                  placeholder="Go to a page, or do something…"
                  className="h-12 min-w-0 flex-1 bg-transparent outline-none placeholder:text-muted coarse:text-lg"
                />
                <Dialog.Close className="rounded-xs border border-line px-1.5 text-xs text-muted hover:text-ink">
                  Esc<span className="sr-only">: close</span>
                </Dialog.Close>
              </div>
              <Autocomplete.Empty className="px-4 py-8 text-center text-muted empty:p-0">
                Nothing by that name.
              </Autocomplete.Empty>
              <Autocomplete.List className="min-h-0 overflow-y-auto overscroll-contain p-1.5 empty:p-0">
                {(group: CommandGroup) => (
                  <Autocomplete.Group key={group.value} items={group.items}>
                    <Autocomplete.GroupLabel className="px-2.5 pt-2 pb-1 text-xs font-medium text-muted">
                      {group.value}
                    </Autocomplete.GroupLabel>
                    <Autocomplete.Collection>
                      {(command: Command) => (
                        <Autocomplete.Item
                          key={command.label}
                          value={command}
                          className={MENU_ITEM}
                          onClick={() => {
                            onClose();
                            command.run();
                          }}
                        >
                          <command.icon aria-hidden size={16} strokeWidth={1.5} className="text-muted" />
                          {command.label}
                        </Autocomplete.Item>
                      )}
                    </Autocomplete.Collection>
                  </Autocomplete.Group>
                )}
              </Autocomplete.List>
            </Autocomplete.Root>
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function useCommands(): CommandGroup[] {
  const navigate = useNavigate();
  const signOut = useSignOut();
  const support = supportHref(boot.brand);
  const groups = useNavigationGroups();
  const pages = groups
    .flatMap(({ items }) => items)
    .map(({ path, label, icon, keywords }) => ({
      label,
      keywords,
      icon,
      run: () => void navigate(path),
    }));
  const actions: Command[] = [
    { label: 'Use the light appearance', keywords: 'theme', icon: Sun, run: () => chooseTheme('light') },
    { label: 'Use the dark appearance', keywords: 'theme night', icon: Moon, run: () => chooseTheme('dark') },
    {
      label: 'Follow the system’s appearance',
      keywords: 'theme auto',
      icon: Monitor,
      run: () => chooseTheme('system'),
    },
    ...(support === null
      ? []
      : [
          {
            label: 'Get help',
            keywords: 'support contact',
            icon: LifeBuoy,
            run: () => location.assign(support),
          },
        ]),
    { label: 'Sign out', keywords: 'log out leave', icon: LogOut, run: signOut },
  ];
  return [
    { value: 'Pages', items: pages },
    { value: 'Actions', items: actions },
  ];
}
