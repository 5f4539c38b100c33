/** Invites one person, and tells where their mail leads. A part of the invitations page. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import type { Me } from '../../../contract/api.ts';
import { inviteEmailSchema } from '../../../contract/invitations.ts';
import { PERMISSIONS, TENANT_ROLES, type TenantRole } from '../../../contract/tenants.ts';
import { wordingForError } from '../api/administration-wording.ts';
import { ApiError } from '../api/api-error.ts';
import { sendInvite } from '../api/invitations-queries.ts';
import { may } from '../api/permissions.ts';
import { Alert } from '../ui/alert.tsx';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { FIELD, LabelledField } from '../ui/labelled-field.tsx';
import { announce } from '../ui/live-region.tsx';
import { ROLE_NAMES } from '../ui/names.ts';
import { Section } from '../ui/section.tsx';

const ROLE_HINTS: Record<TenantRole, string> = {
  client: 'Uses the portal, and administers nothing.',
  admin: 'Administers the portal: its brand, domains, members, billing and audit log.',
  super_admin: 'Administers every portal.',
};

/** Nobody invites into a role above their own, as the database judges it. */
function rolesToGive(member: Me['member']): TenantRole[] {
  return TENANT_ROLES.filter((role) => {
    if (role === 'super_admin') return member.role === 'super_admin';
    return role === 'client' || PERMISSIONS.every((permission) => may(member, permission));
  });
}

export function InviteForm({ member }: { member: Me['member'] }) {
  const queryClient = useQueryClient();
  const field = useRef<HTMLInputElement>(null);
  const [role, setRole] = useState<TenantRole>('client');
  const [mistake, setMistake] = useState<string | null>(null);
  const { mutate, data, error, isPending, variables, reset } = useMutation({
    mutationFn: sendInvite,
    onSuccess: async (_, { email }) => {
      if (field.current !== null) field.current.value = '';
      announce(`${email} is invited`);
      await queryClient.invalidateQueries({ queryKey: ['invitations'] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isPending) return;
    const email = inviteEmailSchema.safeParse(field.current?.value.trim());
    setMistake(email.success ? null : 'Write an email address, such as ann@example.com.');
    if (email.success) mutate({ email: email.data, role });
    else field.current?.focus();
  };
  const address = `${location.origin}/sign-in`;
  return (
    <Section title="Invite somebody">
      <form noValidate onSubmit={submit} className="flex flex-col gap-4">
        <div className="grid items-start gap-4 sm:grid-cols-[minmax(0,1fr)_11rem_auto]">
          <LabelledField label="Email address" error={mistake}>
            {(control) => (
              <input
                {...control}
                ref={field}
                type="email"
                autoComplete="off"
                maxLength={254}
                className={FIELD}
                onChange={() => {
                  setMistake(null);
                  if (!isPending) reset();
                }}
              />
            )}
          </LabelledField>
          <LabelledField label="Role">
            {(control) => (
              <select
                {...control}
                value={role}
                onChange={(event) => setRole(event.target.value as TenantRole)}
                className={FIELD}
              >
                {rolesToGive(member).map((name) => (
                  <option key={name} value={name}>
                    {ROLE_NAMES[name]}
                  </option>
                ))}
              </select>
            )}
          </LabelledField>
          <Button type="submit" variant="primary" busy={isPending} className="sm:mt-7">
            Invite
          </Button>
        </div>
        <p className="text-sm text-muted">
          <span className="font-medium text-ink">{ROLE_NAMES[role]}:</span> {ROLE_HINTS[role]}
        </p>
      </form>
      {error instanceof ApiError && (
        <ErrorNote {...wordingForError(error)} requestId={error.status >= 500 ? error.requestId : null} />
      )}
      {data !== undefined && (
        <Alert tone="success" title={`${variables?.email} is invited`}>
          The mail with the way in goes out now.
        </Alert>
      )}
      <div className="rounded-md bg-sunken px-4 py-3 text-sm">
        <p>
          The mail leads to this address. You may also pass it on yourself: whoever is invited signs in there
          with a GitHub or Google account whose verified email is the invited one.
        </p>
        <p className="mt-1 flex flex-wrap items-center gap-2">
          <code className="min-w-0 break-all">{address}</code>
          <CopyButton value={address} what="the address of the sign-in page" />
        </p>
      </div>
    </Section>
  );
}
