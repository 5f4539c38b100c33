/** Builds the previous release once, before the files that need it run at the same time (vitest's globalSetup). */
import { preparePreviousRelease } from './previous-release.ts';

export async function setup(): Promise<void> {
  await preparePreviousRelease();
}
