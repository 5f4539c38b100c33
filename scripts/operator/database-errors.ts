/** What the database refuses, in the operator's words. Called by tool.ts. */
import { z } from 'zod';

const databaseErrorSchema = z.object({
  name: z.literal('PostgresError'),
  code: z.string(),
  message: z.string(),
  detail: z.string().optional(),
  hint: z.string().optional(),
});

/** Refused on purpose: constraints, and what functions raise; and a schema that is older than the tool. */
const EXPECTED = /^(?:22|23|PT|42883|42P01|42703|P0001)/;

/** SQLSTATE and connection errors that a person can do something about; null for a bug, which keeps its stack. */
export function describeDatabaseError(error: unknown): string | null {
  const parsed = databaseErrorSchema.safeParse(error);
  if (parsed.success) {
    const { code, message, detail, hint } = parsed.data;
    if (code.startsWith('28')) return 'The database refuses the user or the password of DATABASE_URL.';
    if (code === '3D000') return `The database of DATABASE_URL is not there: ${message}.`;
    if (!EXPECTED.test(code)) return null;
    const schema = /^42/.test(code) ? 'Are all migrations applied?' : undefined;
    return [`The database refuses it: ${message}.`, detail, hint, schema].filter(Boolean).join('\n');
  }
  const code = z.object({ code: z.string() }).safeParse(error).data?.code;
  if (
    code === undefined ||
    !/^(?:ECONN|ENOTFOUND|EHOSTUNREACH|ETIMEDOUT|EAI_AGAIN|CONNECT_TIMEOUT|CONNECTION_)/.test(code)
  )
    return null;
  return `The database of DATABASE_URL cannot be reached (${code}).`;
}
