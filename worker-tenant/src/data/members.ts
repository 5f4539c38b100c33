/**
 * Members: the asking one, as `rpc/get_me` shows it, and all of the tenant for those who administer them. Called by
 * routes/me.ts, routes/members.ts and middleware/permission.ts.
 */
import { z } from 'zod';
import { type Me, meSchema } from '../../../contract/api.ts';
import {
  type Member,
  type MemberChange,
  type MembersQuery,
  memberSchema,
} from '../../../contract/members.ts';
import { roleAllows } from '../../../contract/permissions.ts';
import { type Permission, TENANT_ROLES } from '../../../contract/tenants.ts';
import { ask, type DataAccess } from './supabase.ts';

export async function getMe(access: DataAccess): Promise<Me> {
  return meSchema.parse(await ask(access, (client) => client.rpc('get_me')));
}

const standingSchema = z
  .array(
    z.object({ tenant_role: z.enum(TENANT_ROLES), tenant_permissions: z.record(z.string(), z.boolean()) }),
  )
  .max(1);

/** Whether the asking member has this permission. DataError `session_ended` when it is nobody any more. */
export async function isPermitted(
  access: DataAccess,
  memberId: string,
  permission: Permission,
): Promise<boolean> {
  const rows = await ask(access, (client) =>
    client.from('profiles').select('tenant_role, tenant_permissions').eq('id', memberId),
  );
  const [standing] = standingSchema.parse(rows);
  return standing !== undefined && roleAllows(standing.tenant_role, standing.tenant_permissions, permission);
}

/** Where a page ended: what it is ordered by, as text, and the id that decides between equals. */
export interface MemberPosition {
  readonly key: string;
  readonly id: string;
}

const pageSchema = z.object({
  items: z.array(memberSchema),
  next: z.tuple([z.string(), z.uuid()]).nullable(),
});

export async function listMembers(
  access: DataAccess,
  { search, role, status, sort, order, limit }: Omit<MembersQuery, 'cursor'>,
  after: MemberPosition | null,
): Promise<{ readonly items: Member[]; readonly next: MemberPosition | null }> {
  const answer = await ask(access, (client) =>
    client.rpc('list_members', {
      ...(search === undefined ? {} : { p_search: search }),
      ...(role === undefined ? {} : { p_role: role }),
      ...(status === undefined ? {} : { p_status: status }),
      ...(after === null ? {} : { p_after_value: after.key, p_after_id: after.id }),
      p_sort: sort,
      p_descending: order === 'desc',
      p_limit: limit,
    }),
  );
  const { items, next } = pageSchema.parse(answer);
  return { items, next: next === null ? null : { key: next[0], id: next[1] } };
}

/** DataError `not_found` when the tenant has no such member. */
export async function getMember(access: DataAccess, id: string): Promise<Member> {
  return memberSchema.parse(await ask(access, (client) => client.rpc('get_member', { p_member_id: id })));
}

/** DataError `own_membership`, `last_admin`, `permission_denied`, `conflict` or `not_found` when it must not be. */
export async function changeMember(access: DataAccess, id: string, change: MemberChange): Promise<Member> {
  const { role, permissions, status } = change;
  const answer = await ask(access, (client) =>
    client.rpc('update_member', {
      p_member_id: id,
      ...(role === undefined ? {} : { p_role: role }),
      ...(permissions === undefined ? {} : { p_permissions: JSON.stringify(permissions) }),
      ...(status === undefined ? {} : { p_status: status }),
    }),
  );
  return memberSchema.parse(answer);
}

/** Ends its sessions as well. Refuses as `changeMember` does. */
export async function removeMember(access: DataAccess, id: string): Promise<void> {
  await ask(access, (client) => client.rpc('remove_member', { p_member_id: id }));
}
