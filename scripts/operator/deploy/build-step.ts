/** The step `build`: dist/ is of the sources as they are. */
import { build } from '../../local/build.ts';
import { Refusal } from '../../local/steps.ts';
import { digestSources, readBuild } from './build-output.ts';
import type { Installation } from './installation.ts';
import type { Step } from './steps.ts';

export function buildStep({ state }: Installation, skip: boolean): Step {
  return {
    name: 'build',
    title: 'Build',
    async look() {
      const present = await readBuild();
      if (skip) {
        if (present === null) throw new Refusal('There is no build to take as it is: leave --no-build out.');
        return [];
      }
      const sources = await digestSources();
      if (present !== null && sources !== null && state.state.build === sources) return [];
      return [
        {
          what: 'build the app and the Workers',
          async apply() {
            await build('error');
            await state.update({ build: sources });
          },
        },
      ];
    },
  };
}
