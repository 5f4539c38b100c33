/** Reads a pasted or uploaded list of people to invite. Called by routes/invitations.ts. */
import Papa from 'papaparse';
import { z } from 'zod';
import { type Invite, inviteEmailSchema, MAX_IMPORT_LINES } from '../../contract/invitations.ts';
import { ok, type Result, refuse } from '../../contract/result.ts';

export interface ListedLine {
  /** Counted from 1, as an editor does when no field spans lines. */
  readonly line: number;
  /** As it was written, shortened. */
  readonly email: string;
  /** Null when it is not an address with a role that a list may give. */
  readonly invite: Invite | null;
}

/** Nobody becomes a super admin by a line in a list. */
const lineSchema = z.object({ email: inviteEmailSchema, role: z.enum(['client', 'admin']) });

/** Comma, semicolon or tab, quoted or not, with or without a heading: what spreadsheets write. */
export function readInvitationList(csv: string): Result<readonly ListedLine[], 'too_long'> {
  const { data } = Papa.parse(csv.replace(/^\ufeff/, ''), {
    delimitersToGuess: [',', ';', '\t'],
    // One more than is taken, and room for a heading and empty lines.
    preview: MAX_IMPORT_LINES * 2 + 2,
  });
  const lines: ListedLine[] = [];
  for (const [index, cells] of data.entries()) {
    const [email = '', role = ''] = cells.map((cell) => cell.trim());
    const isHeading = index === 0 && email.toLowerCase() === 'email';
    if (isHeading || cells.every((cell) => cell.trim() === '')) continue;
    const parsed = lineSchema.safeParse({ email, role: role === '' ? 'client' : role.toLowerCase() });
    lines.push({ line: index + 1, email: email.slice(0, 254), invite: parsed.success ? parsed.data : null });
    if (lines.length > MAX_IMPORT_LINES) return refuse('too_long');
  }
  return ok(lines);
}
