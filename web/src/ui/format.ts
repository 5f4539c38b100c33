/** Numbers, sizes and moments in the reader's conventions, in the language of the app. Used wherever one is shown. */

/**
 * The app speaks English; order, clock and separators are the reader's: a German browser gives `en-DE`, which writes
 * `21 November`, `18:30` and `1.234`.
 */
export function appLocale(languages: readonly string[]): string {
  const english = languages.find((language) => /^en(?:-|$)/i.test(language) && isLanguageTag(language));
  if (english !== undefined) return english;
  try {
    const region = new Intl.Locale(languages[0] ?? 'en').maximize().region;
    return region === undefined ? 'en' : `en-${region}`;
  } catch {
    // A language tag that Intl does not know.
    return 'en';
  }
}

/** Chromium on a machine without a language says `en-US@posix`, which Intl throws at. */
function isLanguageTag(language: string): boolean {
  try {
    return new Intl.Locale(language).language !== '';
  } catch {
    return false;
  }
}

const locale = appLocale(globalThis.navigator?.languages ?? ['en']);

const number = new Intl.NumberFormat(locale);
const percent = new Intl.NumberFormat(locale, { style: 'percent' });
const dateOnly = new Intl.DateTimeFormat(locale, { dateStyle: 'long' });
const weekday = new Intl.DateTimeFormat(locale, {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});
const exact = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' });
const shortDate = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' });
const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
/** Billing months are months of UTC, whatever the reader's zone. */
const utcDay = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', timeZone: 'UTC' });

const SIZES = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const;

export const formatNumber = (value: number): string => number.format(value);

/** In steps of 1024, as plans are sold and systems show them: 10 × 2³⁰ bytes are `10 GB`. */
export function formatBytes(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(SIZES.length - 1, Math.floor(Math.log2(bytes) / 10));
  const unit = SIZES[step] ?? 'byte';
  const value = bytes / 1024 ** step;
  const digits = value < 10 && step > 0 ? 1 : 0;
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: digits,
  }).format(value);
}

/** Never rounds up to a whole that is not reached: 99.6 % stays `99%`. */
export const formatShare = (share: number): string => percent.format(Math.floor(share * 100) / 100);

export const formatDate = (moment: Date): string => dateOnly.format(moment);
export const formatWeekday = (moment: Date): string => weekday.format(moment);
export const formatExact = (moment: Date): string => exact.format(moment);
export const formatUtcDay = (moment: Date): string => utcDay.format(moment);

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const RELATIVE_DAYS = 7;

/** `just now`, `5 minutes ago`, `yesterday`, and a date from a week on. */
export function formatRelative(moment: Date, now: Date): string {
  const age = now.getTime() - moment.getTime();
  if (Math.abs(age) < MINUTE) return 'just now';
  if (Math.abs(age) < HOUR) return relative.format(-Math.trunc(age / MINUTE), 'minute');
  if (Math.abs(age) < DAY) return relative.format(-Math.trunc(age / HOUR), 'hour');
  const days = Math.round((startOfDay(now) - startOfDay(moment)) / DAY);
  if (Math.abs(days) < RELATIVE_DAYS) return relative.format(-days, 'day');
  return shortDate.format(moment);
}

function startOfDay(moment: Date): number {
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();
}

export function greetingFor(hour: number): string {
  if (hour >= 5 && hour < 12) return 'Good morning';
  if (hour >= 12 && hour < 18) return 'Good afternoon';
  return 'Good evening';
}

/** The first letters of a name's first and last word: `Ada King Lovelace` → `AL`. */
export function initialsOf(name: string): string {
  const words = name.split(/\s+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const picked = words.length > 1 ? [words[0], words.at(-1)] : words;
  return picked
    .map((word) => [...(word ?? '')].find((c) => /[\p{L}\p{N}]/u.test(c)) ?? '')
    .join('')
    .toUpperCase();
}
