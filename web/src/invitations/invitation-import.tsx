/** Invites many people from a list, and tells what became of each line. A part of the invitations page. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import {
  IMPORT_OUTCOMES,
  type ImportOutcome,
  type ImportReport,
  MAX_IMPORT_BYTES,
} from '../../../contract/invitations.ts';
import { wordingForError } from '../api/administration-wording.ts';
import { ApiError } from '../api/api-error.ts';
import { sendImport } from '../api/invitations-queries.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { formatNumber } from '../ui/format.ts';
import { FIELD, LabelledField } from '../ui/labelled-field.tsx';
import { announce } from '../ui/live-region.tsx';
import { Section } from '../ui/section.tsx';

const OUTCOMES: Record<ImportOutcome, { label: string; tone: 'success' | 'neutral' | 'warning' }> = {
  invited: { label: 'Invited', tone: 'success' },
  already_member: { label: 'Already a member', tone: 'neutral' },
  already_invited: { label: 'Already invited', tone: 'neutral' },
  too_many: { label: 'Too many for now', tone: 'warning' },
  malformed: { label: 'Not an address with a role', tone: 'warning' },
  role_refused: { label: 'Role above yours', tone: 'warning' },
};

const UNREADABLE =
  'The list holds nothing, or more than 1,000 lines. Write one address a line, with its role behind it.';

export function InvitationImport() {
  const queryClient = useQueryClient();
  const [csv, setCsv] = useState('');
  const [mistake, setMistake] = useState<string | null>(null);
  const { mutate, data, error, isPending, reset } = useMutation({
    mutationFn: sendImport,
    onSuccess: async ({ lines }) => {
      announce(`${lines.filter(({ outcome }) => outcome === 'invited').length} of ${lines.length} invited`);
      await queryClient.invalidateQueries({ queryKey: ['invitations'] });
    },
  });
  const take = (text: string) => {
    setCsv(text);
    setMistake(null);
    if (!isPending) reset();
  };
  const open = async (file: File | undefined) => {
    if (file === undefined) return;
    if (file.size > MAX_IMPORT_BYTES) setMistake('The file is larger than 256 kB. Split it.');
    else take(await file.text());
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (csv.trim() === '') setMistake('Choose a file, or paste a list.');
    else if (!isPending) mutate(csv);
  };
  const unreadable = error instanceof ApiError && error.code === 'validation_failed' ? UNREADABLE : null;
  return (
    <Section
      title="Invite from a list"
      description="CSV of up to 1,000 lines: an email address, and behind it the role client or admin. Without a role it is client."
    >
      <form onSubmit={submit} className="flex flex-col items-start gap-4">
        <LabelledField label="CSV file" className="w-full">
          {(control) => (
            <input
              {...control}
              type="file"
              accept=".csv,.txt,text/csv,text/plain"
              onChange={(event) => void open(event.target.files?.[0])}
              className="w-full min-w-0 text-muted file:me-3 file:min-h-9 file:rounded-sm file:border file:border-line-strong/60 file:bg-raised file:px-3.5 file:font-medium file:text-ink"
            />
          )}
        </LabelledField>
        <LabelledField label="Or paste the list" error={mistake ?? unreadable} className="w-full">
          {(control) => (
            <textarea
              {...control}
              rows={4}
              spellCheck={false}
              value={csv}
              placeholder={'ann@example.com,client\nbob@example.com,admin'}
              onChange={(event) => take(event.target.value)}
              className={`${FIELD} font-mono text-sm`}
            />
          )}
        </LabelledField>
        <Button type="submit" busy={isPending}>
          Invite all
        </Button>
        {isPending && (
          <progress aria-label="Inviting everybody on the list" className="h-1.5 w-full accent-primary" />
        )}
      </form>
      {error instanceof ApiError && unreadable === null && (
        <ErrorNote {...wordingForError(error)} requestId={error.status >= 500 ? error.requestId : null} />
      )}
      {data !== undefined && <Report lines={data.lines} />}
    </Section>
  );
}

function Report({ lines }: ImportReport) {
  const id = useId();
  const counts = IMPORT_OUTCOMES.map((outcome) => ({
    outcome,
    count: lines.filter((line) => line.outcome === outcome).length,
  })).filter(({ count }) => count > 0);
  return (
    <div className="flex flex-col gap-3">
      <h3 id={id} className="font-semibold">
        What became of {formatNumber(lines.length)} {lines.length === 1 ? 'line' : 'lines'}
      </h3>
      <p className="flex flex-wrap gap-2">
        {counts.map(({ outcome, count }) => (
          <Badge key={outcome} tone={OUTCOMES[outcome].tone}>
            {formatNumber(count)} {OUTCOMES[outcome].label.toLowerCase()}
          </Badge>
        ))}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has only a keyboard scrolls it, too. */}
      <section aria-labelledby={id} tabIndex={0} className="max-h-80 overflow-y-auto border-y border-line">
        <ul className="divide-y divide-line text-sm">
          {lines.map(({ line, email, outcome }) => (
            <li key={line} className="flex items-center gap-3 py-2">
              <span className="w-14 shrink-0 text-muted tabular-nums">Line {formatNumber(line)}</span>
              <span className="min-w-0 flex-1 break-all">{email === '' ? '(empty)' : email}</span>
              <Badge tone={OUTCOMES[outcome].tone}>{OUTCOMES[outcome].label}</Badge>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}
