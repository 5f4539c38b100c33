/** One metered thing: how much of how much. Quiet until 80 %, in words as well from there on. */
import { formatShare, formatUtcDay } from './format.ts';

interface UsageMeterProps {
  label: string;
  count: number;
  limit: number | null;
  format: (value: number) => string;
  /** When the count starts again; null for what is not counted per period. */
  startsAgain: Date | null;
}

const NEAR = 0.8;

export function UsageMeter({ label, count, limit, format, startsAgain }: UsageMeterProps) {
  const share = limit === null ? null : limit === 0 ? 1 : count / limit;
  const level = share === null || share < NEAR ? 'calm' : share < 1 ? 'near' : 'full';
  return (
    <div className="flex flex-col gap-3 p-5">
      <h3 className="text-sm text-muted">{label}</h3>
      <p className="tabular-nums">
        <span className="text-xl font-semibold">{format(count)}</span>
        {limit !== null && <span className="text-muted"> of {format(limit)}</span>}
      </p>
      {share === null || limit === null ? (
        <p className="mt-auto text-sm text-muted">No limit on your plan</p>
      ) : (
        <>
          <Bar label={label} share={share} level={level} text={`${format(count)} of ${format(limit)}`} />
          <MeterWords
            share={share}
            level={level}
            left={format(Math.max(0, limit - count))}
            startsAgain={startsAgain}
          />
        </>
      )}
    </div>
  );
}

type Level = 'calm' | 'near' | 'full';

const BAR: Record<Level, string> = { calm: 'bg-muted', near: 'bg-warning-solid', full: 'bg-danger-solid' };

interface BarProps {
  label: string;
  share: number;
  level: Level;
  text: string;
}

/** A drawn bar for the eye, a real meter for everybody else. */
function Bar({ label, share, level, text }: BarProps) {
  const percent = Math.min(100, Math.max(share > 0 ? 1.5 : 0, share * 100));
  return (
    <div className="mt-auto">
      <meter className="sr-only" aria-label={label} min={0} max={1} value={Math.min(1, share)}>
        {text}
      </meter>
      <div aria-hidden className="h-1.5 overflow-hidden rounded-full bg-well">
        <div className={`h-full rounded-full ${BAR[level]}`} style={{ width: `${percent}%` }} />
      </div>
    </div>
  );
}

interface MeterWordsProps {
  share: number;
  level: Level;
  left: string;
  startsAgain: Date | null;
}

function MeterWords({ share, level, left, startsAgain }: MeterWordsProps) {
  const day = startsAgain === null ? null : formatUtcDay(startsAgain);
  if (level === 'full') {
    return (
      <p className={`${STATUS} bg-danger-soft text-danger`}>
        {share > 1 ? 'Over the limit' : 'Limit reached'}
        {day !== null && `, starts again on ${day}`}
      </p>
    );
  }
  const words = `${left} left${day === null ? '' : ` until ${day}`}`;
  if (level === 'near') {
    return (
      <p className={`${STATUS} bg-warning-soft text-warning`}>
        {formatShare(share)} used, {words}
      </p>
    );
  }
  return <p className="text-sm text-muted">{words}</p>;
}

/** A status colour brings its own ground; the words still start where the others do. */
const STATUS = '-mx-1.5 self-start rounded-xs px-1.5 text-sm font-medium';
