/**
 * This tree's migrations, one after the other, under the previous release's running Workers. `npm run test:releases`; all
 * of them at once are in side-by-side.integration.test.ts.
 */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type Before, startBefore } from './before.ts';
import { takeTour, usePreviousRelease } from './tour.ts';

const releases = usePreviousRelease();

describe('under the previous release’s running Workers', () => {
  let before: Before;
  beforeAll(async () => {
    before = await startBefore(releases);
  });
  afterAll(() => before?.close());

  it('each new migration leaves the portal answering, while it is applied and after', async () => {
    await takeTour(before);
    for (const name of before.due) {
      const after = (error: unknown) => {
        const said = error instanceof Error ? error.message : String(error);
        throw new Error(`With ${name}: ${said}`, { cause: error });
      };
      await before.apply([name]).catch(after);
      await takeTour(before).catch(after);
    }
  }, 600_000);
});
