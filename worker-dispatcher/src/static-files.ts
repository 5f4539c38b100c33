/** The files of the build, which carry no brand: hashed assets for ever, others checked again. Called by index.ts. */
import { answerProblem } from './system-pages.ts';
import { isNavigation, type Visit } from './visit.ts';

const HASHED = '/assets/';

/**
 * Whether a path is a file and not a page: it is hashed, has an extension, or is asked for by something that cannot
 * use a page (a script, a stylesheet, a picture). Browsers say what for; programs, those that read pages to show links
 * among them, at most in which mode they ask. In development Vite serves modules under names like `/@vite/client`.
 */
export function isFilePath({ request, path, isolate }: Visit): boolean {
  if (path.startsWith(HASHED)) return true;
  if (path.slice(path.lastIndexOf('/')).includes('.')) return true;
  if (isolate.configuration.localHostSuffix !== '' && path.startsWith('/@')) return true;
  return request.headers.has('sec-fetch-dest') && !isNavigation(request);
}

export async function answerFile(visit: Visit): Promise<Response> {
  const { request, path, isolate, record } = visit;
  const file = await isolate.files.fetch(request);
  const html = file.headers.get('content-type')?.startsWith('text/html') ?? false;
  // HTML is only ever sent with a brand in it; and a missing file must not be kept as missing by anybody.
  if ((!file.ok && file.status !== 304) || html) {
    await file.body?.cancel();
    return answerProblem(visit, 'not_found');
  }
  record.outcome = 'asset';
  const response = new Response(file.body, file);
  if (isolate.configuration.localHostSuffix === '') {
    const immutable = path.startsWith(HASHED);
    response.headers.set(
      'cache-control',
      immutable ? 'public, max-age=31536000, immutable' : 'public, no-cache',
    );
  }
  return response;
}
