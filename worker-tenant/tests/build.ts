/**
 * Integration tests drive the production build (vitest's globalSetup). `npm test` builds before it runs them and says
 * so; a file that runs alone builds first, so that nobody tests what they changed a minute ago.
 */
import { build } from '../../scripts/local/build.ts';
import { isPlatformNamed } from '../../scripts/local/platform.ts';

export default async function buildOnce(): Promise<void> {
  if (!isPlatformNamed()) await build();
}
