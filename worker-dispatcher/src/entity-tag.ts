/** Entity tags of files that carry a brand: named by their content, kept for ever under that name. */

/** An isolate that knows another version of the brand must not have its answer kept for ever under this address. */
export function cachingHeaders(request: Request, hash: string): { etag: string; 'cache-control': string } {
  const exact = new URL(request.url).searchParams.get('v') === hash;
  return {
    etag: `"${hash}"`,
    'cache-control': exact ? 'public, max-age=31536000, immutable' : 'public, no-cache',
  };
}

/** Whether the browser has this content: RFC 9110 §13.1.2, weak comparison. */
export function hasCurrent({ headers }: Request, etag: string): boolean {
  const ifNoneMatch = headers.get('if-none-match');
  if (ifNoneMatch === null) return false;
  return ifNoneMatch
    .split(',')
    .some((candidate) => candidate.trim().replace(/^W\//, '') === etag || candidate.trim() === '*');
}
