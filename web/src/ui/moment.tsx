/** A moment as people say it, with the exact one on hover and for machines. */
import { formatExact, formatRelative } from './format.ts';

export function Moment({ at, text }: { at: string; text?: (moment: Date) => string }) {
  const moment = new Date(at);
  return (
    <time dateTime={at} title={formatExact(moment)} className="whitespace-nowrap">
      {text === undefined ? formatRelative(moment, new Date()) : text(moment)}
    </time>
  );
}
