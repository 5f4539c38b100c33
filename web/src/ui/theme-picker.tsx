/** Light, dark, or as the system has it: three radio buttons that look like one control. */
import { Monitor, Moon, Sun } from 'lucide-react';
import { chooseTheme, THEME_CHOICES, type ThemeChoice, useThemeChoice } from './theme-choice.ts';

const CHOICES: Record<ThemeChoice, { label: string; icon: typeof Sun }> = {
  light: { label: 'Light', icon: Sun },
  dark: { label: 'Dark', icon: Moon },
  system: { label: 'System', icon: Monitor },
};

export function ThemePicker() {
  const theme = useThemeChoice();
  return (
    <fieldset className="inline-grid grid-cols-3 gap-1 self-start rounded-md bg-sunken p-1">
      <legend className="sr-only">Appearance</legend>
      {THEME_CHOICES.map((choice) => {
        const { label, icon: Icon } = CHOICES[choice];
        return (
          <label
            key={choice}
            className="relative flex min-h-9 cursor-pointer items-center justify-center gap-2 rounded-sm px-4 text-muted transition-colors hover:text-ink has-checked:bg-raised has-checked:font-medium has-checked:text-ink has-checked:ring-1 has-checked:ring-line has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-focus coarse:min-h-11 max-sm:px-3"
          >
            <input
              type="radio"
              name="appearance"
              value={choice}
              checked={theme === choice}
              onChange={() => chooseTheme(choice)}
              className="absolute inset-0 cursor-pointer appearance-none opacity-0"
            />
            <Icon aria-hidden size={16} strokeWidth={1.5} />
            {label}
          </label>
        );
      })}
    </fieldset>
  );
}
