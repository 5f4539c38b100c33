/** What Hono carries through a request: set by the middleware that the type of each variable names. */
import type { TenantContext } from '../../contract/tenant-context.ts';
import type { Isolate } from './isolate.ts';

export interface RequestEnvironment {
  Bindings: Env;
  Variables: {
    /** From app.ts. */
    isolate: Isolate;
    /** From app.ts: the dispatcher's id of this request. */
    requestId: string;
    /** From middleware/verify-context.ts: present in every handler. */
    tenant: TenantContext;
  };
}
