/**
 * Refuses early whom the database would refuse: before a body is read and a question asked. Behind `requireMember`; the
 * functions and policies of the database ask for the same permission again.
 */
import { createMiddleware } from 'hono/factory';
import type { Permission } from '../../../contract/tenants.ts';
import { ApiError } from '../api-error.ts';
import { isPermitted } from '../data/members.ts';
import type { MemberEnvironment } from './session.ts';

export const requirePermission = (permission: Permission) =>
  createMiddleware<MemberEnvironment>(async (c, next) => {
    if (!(await isPermitted(c.var.data, c.var.session.memberId, permission)))
      throw new ApiError('permission_denied');
    await next();
  });
