/**
 * Integration tests drive the production build (vitest's globalSetup). `npm test` builds before it runs them and says
 * so; a file that runs alone builds first, so that nobody tests what they changed a minute ago.
 */
import { build } from '../../scripts/local/build.ts';
import { isPlatformNamed } from '../../scripts/local/platform.ts';

export default async function buildOnce(): Promise<void> {
  if (isPlatformNamed()) return;
  // Vitest's own would leave React's development build in dist/, which is twice as heavy and names the platform.
  const { NODE_ENV: own } = process.env;
  process.env['NODE_ENV'] = 'production';
  try {
    await build();
  } finally {
    if (own === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = own;
  }
}
