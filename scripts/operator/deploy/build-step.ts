/** The step `build`: dist/ is of the sources as they are. */
import { build } from '../../local/build.ts';
import { Refusal } from '../../local/steps.ts';
import { type BuildOutput, digestOf, digestSources, readBuild } from './build-output.ts';
import type { Installation } from './installation.ts';
import type { Step } from './steps.ts';

export function buildStep({ state }: Installation, dist: string, skip: boolean): Step {
  return {
    name: 'build',
    title: 'Build',
    async look() {
      const present = await readBuild(dist);
      if (skip) {
        if (present === null) throw new Refusal('There is no build to take as it is: leave --no-build out.');
        return [];
      }
      const digest = present === null ? null : await digestBuild(present);
      if (digest !== null && state.state.build === digest) return [];
      return [
        {
          what: 'build the app and the Workers',
          async apply() {
            await build('error');
            const made = await readBuild(dist);
            await state.update({ build: made === null ? null : await digestBuild(made) });
          },
        },
      ];
    },
  };
}

/** Of what was built and what it was built from; null where git cannot say the latter. */
async function digestBuild({ dispatcher, tenant, jobs }: BuildOutput): Promise<string | null> {
  const sources = await digestSources();
  return sources === null ? null : digestOf([sources, dispatcher.files, tenant.files, jobs.files].join());
}
