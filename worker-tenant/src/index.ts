/** The Worker in the dispatch namespace. The dispatcher asks it for /api and /auth, with a signed tenant context. */
import { app } from './app.ts';

export default {
  fetch: (request, env, context) => app.fetch(request, env, context),
} satisfies ExportedHandler<Env>;
