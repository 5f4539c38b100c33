/** What a browser called itself, in words for the list of sessions. Called by routes/sessions.ts. */
import Bowser from 'bowser';
import type { Session } from '../../../contract/api.ts';

export type Device = Pick<Session, 'device' | 'kind'>;

/** `Firefox on Linux`, desktop; null and unknown for what says nothing useful. Never throws: the text is a stranger's. */
export function describeDevice(userAgent: string | null): Device {
  if (!userAgent) return { device: null, kind: 'unknown' };
  const { browser, os, platform } = Bowser.parse(userAgent);
  const device = [browser.name, os.name].filter(Boolean).join(' on ') || null;
  return { device, kind: kindOf(platform.type) };
}

function kindOf(type: string | undefined): Device['kind'] {
  switch (type) {
    case 'desktop':
      return 'desktop';
    case 'mobile':
      return 'phone';
    case 'tablet':
      return 'tablet';
    default:
      return 'unknown';
  }
}
