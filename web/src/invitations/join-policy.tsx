/** Decides who may join without being asked. A part of the invitations page. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { MAX_SIGN_UP_DOMAINS, type SignUp } from '../../../contract/invitations.ts';
import { wordingForError } from '../api/administration-wording.ts';
import { ApiError } from '../api/api-error.ts';
import { sendSignUp, signUpQuery } from '../api/invitations-queries.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { FIELD, LabelledField } from '../ui/labelled-field.tsx';
import { announce } from '../ui/live-region.tsx';
import { Section } from '../ui/section.tsx';
import { Loading, Skeleton } from '../ui/skeleton.tsx';

const POLICIES: { value: SignUp['policy']; label: string; hint: string }[] = [
  { value: 'invite', label: 'Invited people', hint: 'Whoever has an open invitation.' },
  {
    value: 'domain',
    label: 'Email domains',
    hint: 'Also whoever has a verified email of a domain you list.',
  },
  { value: 'open', label: 'Everybody', hint: 'Whoever signs in with a verified email becomes a client.' },
];

export function JoinPolicy() {
  const { data, error, refetch, isFetching } = useQuery(signUpQuery);
  return (
    <Section title="Who may join" description="Whoever joins without an invitation becomes a client.">
      {data !== undefined ? (
        <PolicyForm key={JSON.stringify(data)} saved={data} />
      ) : error instanceof ApiError ? (
        <ErrorNote
          {...wordingForError(error)}
          requestId={error.requestId}
          retrying={isFetching}
          onRetry={() => void refetch()}
        />
      ) : (
        <Loading label="Loading who may join">
          <Skeleton className="h-40 w-full" />
        </Loading>
      )}
    </Section>
  );
}

function PolicyForm({ saved }: { saved: SignUp }) {
  const queryClient = useQueryClient();
  const [policy, setPolicy] = useState(saved.policy);
  const [text, setText] = useState(saved.domains.join('\n'));
  const [mistake, setMistake] = useState<string | null>(null);
  const { mutate, error, isPending } = useMutation({
    mutationFn: sendSignUp,
    onSuccess: (changed) => {
      announce('Who may join is saved');
      queryClient.setQueryData(signUpQuery.queryKey, changed);
    },
  });
  // As people write them: `@example.com`, one a line or with commas between.
  const domains = text
    .split(/[\s,;]+/)
    .map((name) => name.replace(/^@/, ''))
    .filter((name) => name !== '');
  const changed = policy !== saved.policy || domains.join() !== saved.domains.join();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isPending) return;
    if (policy === 'domain' && domains.length === 0) setMistake('List at least one domain.');
    else if (domains.length > MAX_SIGN_UP_DOMAINS) setMistake(`List ${MAX_SIGN_UP_DOMAINS} domains at most.`);
    else mutate({ policy, domains });
  };
  const refused =
    error instanceof ApiError && error.code === 'validation_failed'
      ? 'One of these is not a domain. Write them as in example.com.'
      : null;
  return (
    <form onSubmit={submit} className="flex flex-col items-start gap-4">
      <fieldset className="grid w-full gap-3 md:grid-cols-3">
        <legend className="sr-only">Who may join</legend>
        {POLICIES.map(({ value, label, hint }) => (
          <label
            key={value}
            className="flex cursor-pointer gap-3 rounded-md border border-line p-4 transition-colors hover:bg-sunken has-checked:border-primary-edge has-checked:bg-primary-soft has-checked:text-on-primary-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-focus"
          >
            <input
              type="radio"
              name="policy"
              value={value}
              checked={policy === value}
              onChange={() => setPolicy(value)}
              className="mt-1 size-4 shrink-0 accent-primary outline-none"
            />
            <span className="min-w-0">
              <span className="block font-medium">{label}</span>
              <span className="block text-sm">{hint}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {policy === 'domain' && (
        <LabelledField
          label="Email domains"
          hint="One a line, 20 at most. Names under a domain count only if you list them, too."
          error={mistake ?? refused}
          className="w-full max-w-md"
        >
          {(control) => (
            <textarea
              {...control}
              rows={3}
              spellCheck={false}
              autoCapitalize="none"
              value={text}
              placeholder="example.com"
              onChange={(event) => {
                setText(event.target.value);
                setMistake(null);
              }}
              className={`${FIELD} font-mono text-sm`}
            />
          )}
        </LabelledField>
      )}
      {error instanceof ApiError && (refused === null || policy !== 'domain') && (
        <ErrorNote {...wordingForError(error)} requestId={error.status >= 500 ? error.requestId : null} />
      )}
      <Button type="submit" busy={isPending} aria-disabled={!changed}>
        Save who may join
      </Button>
    </form>
  );
}
