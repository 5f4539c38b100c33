/** What Vite and the Workers say during `npm run dev`, as one readable line each. Called by dev.ts. */
import { relative } from 'node:path';
import { createLogger, type Logger } from 'vite';
import { z } from 'zod';
import type { KeptMail } from './mailbox.ts';

/** The dispatcher's line about a request; what else it has stays in the JSON. */
const requestLineSchema = z.object({
  method: z.string(),
  host: z.string(),
  path: z.string(),
  status: z.number(),
  durationMs: z.number(),
  outcome: z.string(),
});

/** `✓ 200 GET partner-seo.com/api/health (12 ms, forwarded)`; null for anything that is not about a request. */
export function formatRequestLine(message: string): string | null {
  if (!message.startsWith('{')) return null;
  try {
    const line = requestLineSchema.parse(JSON.parse(message));
    const mark = line.status < 400 ? '✓' : line.status < 500 ? '·' : '✗';
    const about = `${Math.round(line.durationMs)} ms, ${line.outcome}`;
    return `  ${mark} ${line.status} ${line.method} ${line.host}${line.path} (${about})`;
  } catch {
    return null;
  }
}

/** Quiet until `speak` is called, so that the list of steps stays whole; warnings and errors come at any time. */
export function createDevelopmentLog(): {
  readonly logger: Logger;
  /** A mail that would have gone out: where it landed. */
  mail(mail: KeptMail): void;
  speak(): void;
} {
  const inner = createLogger('info', { allowClearScreen: false });
  let speaking = false;
  return {
    logger: {
      ...inner,
      info(message, options) {
        if (!speaking || /^(?:Using secrets defined in|QUEUE )/.test(message)) return;
        const line = formatRequestLine(message);
        if (line === null) inner.info(message, options);
        else console.log(line);
      },
    },
    mail({ to, subject, file }) {
      console.log(`  ✉ ${to}: ${subject} (${relative(process.cwd(), file)})`);
    },
    speak() {
      speaking = true;
    },
  };
}
