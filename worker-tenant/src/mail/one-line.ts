/** Names as one line of plain text, as they go into headers and sentences of a mail. Called by the files of this folder. */

/** Ends of lines and other controls, and what turns the reading direction around for everything behind it. */
const UNWANTED = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/** At most `max` code points; nothing is cut out of the middle of one. Never empty unless `text` holds nothing to see. */
export function oneLine(text: string, max: number): string {
  const line = text.toWellFormed().replace(UNWANTED, ' ').replace(/\s+/gu, ' ').trim();
  const points = [...line];
  return points.length <= max ? line : `${points.slice(0, max - 1).join('')}…`;
}
