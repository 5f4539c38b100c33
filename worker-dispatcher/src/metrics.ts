/** One structured line per request, and one per event that an operator should know of. No secrets, no query strings. */
import type { Visit } from './visit.ts';

const MAX_FIELD = 256;

/**
 * Called once by index.ts when the answer's head is known. The query is never logged: under /auth it carries codes
 * and states, elsewhere whatever a visitor typed.
 */
export function logRequest(visit: Visit, status: number): void {
  const { record, request } = visit;
  console.log(
    JSON.stringify({
      time: isoTime(visit.startedAt),
      requestId: visit.requestId,
      method: request.method,
      host: visit.host?.hostname ?? (request.headers.get('host') ?? '').slice(0, MAX_FIELD),
      path: visit.path.slice(0, MAX_FIELD),
      tenant: record.tenant,
      worker: record.worker,
      status,
      durationMs: Date.now() - visit.startedAt,
      outcome: record.outcome,
    }),
  );
}

let minute = Number.NaN;
let minuteText = '';

/** As `toISOString` has it; the calendar, which costs more than the rest of the line, is asked once a minute. */
function isoTime(milliseconds: number): string {
  const within = milliseconds % 60_000;
  if (milliseconds - within !== minute) {
    minute = milliseconds - within;
    minuteText = new Date(minute).toISOString().slice(0, 'YYYY-MM-DDTHH:MM:'.length);
  }
  return `${minuteText}${(within / 1000).toFixed(3).padStart(6, '0')}Z`;
}

export type DispatcherEvent =
  | 'directory_stale'
  | 'directory_unreachable'
  | 'directory_store_failed'
  | 'directory_limited'
  | 'brand_file_missing'
  | 'upstream_failed'
  | 'request_failed';

export function logEvent(
  event: DispatcherEvent,
  fields: Readonly<Record<string, string | number | null>>,
): void {
  console.warn(JSON.stringify({ time: new Date().toISOString(), event, ...fields }));
}
