/** Progress on the terminal: a spinner on a TTY, a line each otherwise. Called by dev.ts and preview.ts. */
import { Listr } from 'listr2';
import type { Shutdown } from './processes.ts';
import { formatSeconds } from './table.ts';

/** Said without a stack: the reader can do something about it. */
export class Refusal extends Error {}

/** Runs one step and answers what it answers; `note` adds to its title what it found out. */
export async function runStep<T>(
  title: string,
  run: (note: (text: string) => void) => Promise<T>,
): Promise<T> {
  const outcome: { value?: T } = {};
  const started = performance.now();
  await new Listr(
    [
      {
        title,
        task: async (_context, task) => {
          let notes = '';
          outcome.value = await run((text) => {
            notes = `: ${text}`;
            task.title = `${title}${notes}`;
          });
          task.title = `${title}${notes} (${formatSeconds(performance.now() - started)})`;
        },
      },
    ],
    // Ctrl-C is the script's own business: it has processes to end.
    { registerSignalListeners: false },
  ).run();
  return outcome.value as T;
}

/** Runs a script's main function to where it waits or ends: a refusal is one line, a bug keeps its stack. */
export function runMain(main: () => Promise<void>, shutdown: Shutdown): void {
  main().catch((error: unknown) => {
    // What breaks because everything is being stopped is not worth a word.
    if (shutdown.requested) return;
    console.error(error instanceof Refusal ? `\n  ${error.message.replaceAll('\n', '\n  ')}\n` : error);
    shutdown.end(1);
  });
}
