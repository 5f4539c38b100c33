/** The application: middleware in its order, all routes, one error handler. Called by index.ts for every request. */
import { OpenAPIHono } from '@hono/zod-openapi';
import { answerHeaders } from '../../contract/answer-headers.ts';
import { ApiError } from './api-error.ts';
import { isolateFor } from './isolate.ts';
import { onError } from './middleware/on-error.ts';
import { requireSameOrigin } from './middleware/same-origin.ts';
import { verifyContext } from './middleware/verify-context.ts';
import type { RequestEnvironment } from './request-environment.ts';
import { brandImages } from './routes/brand-images.ts';
import { branding } from './routes/branding.ts';
import { health } from './routes/health.ts';
import { invitations } from './routes/invitations.ts';
import { me } from './routes/me.ts';
import { members } from './routes/members.ts';
import { oauthClients } from './routes/oauth-clients.ts';
import { sessions } from './routes/sessions.ts';
import { setup } from './routes/setup.ts';
import { signIn } from './routes/sign-in.ts';
import { signInCallback } from './routes/sign-in-callback.ts';
import { signOut } from './routes/sign-out.ts';
import { signUp } from './routes/sign-up.ts';
import { tenant } from './routes/tenant.ts';
import { usage } from './routes/usage.ts';

export const app = new OpenAPIHono<RequestEnvironment>();

app.onError(onError);
app.notFound((c) =>
  onError(new ApiError(c.req.path.startsWith('/auth/') ? 'provider_unknown' : 'not_found'), c),
);

// On the way of every request variables are read with `c.get`: `c.var` builds an object of all of them at each mention.
app.use(async (c, next) => {
  const requestId = c.req.header('x-request-id') ?? crypto.randomUUID();
  c.set('requestId', requestId);
  c.set('isolate', isolateFor(c.env));
  await next();
  // Sent from here, so that the dispatcher passes the answer on as it is; and set on the answer itself, which takes a
  // quarter of the time of collecting them in the context before there is one.
  const { headers } = c.res;
  // Answers are about one person on one tenant, or about nobody in particular: neither is worth a shared cache's risk.
  headers.set('cache-control', 'private, no-store');
  const wanted = answerHeaders({ requestId, origin: c.get('tenant')?.origin ?? '' });
  for (const name in wanted) headers.set(name, wanted[name] ?? '');
});
app.use(verifyContext);
app.use(requireSameOrigin);

app.route('/', health);
app.route('/', tenant);
app.route('/', me);
app.route('/', sessions);
app.route('/', members);
app.route('/', usage);
app.route('/', setup);
app.route('/', oauthClients);
// Before the routes whose bodies are short: a picture has a bound of its own.
app.route('/', brandImages);
app.route('/', branding);
app.route('/', invitations);
app.route('/', signUp);
app.route('/', signInCallback);
app.route('/', signOut);
app.route('/', signIn);

// In the tenant's name: on a partner's domain nothing names the platform.
app.doc31('/api/openapi.json', (c) => ({
  openapi: '3.1.0',
  info: { title: `${c.var.tenant.name} API`, version: '1' },
  servers: [{ url: c.var.tenant.origin }],
}));
