/** The process as the operator's tools meet it. Called by each tool's own file. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Stopped } from './questions.ts';
import type { ToolWorld } from './tool.ts';

export const terminal: ToolWorld = {
  env: process.env,
  write: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
  // Questions go to stderr: the answer on stdout stays what a script can read.
  readInput: process.stdin.isTTY ? null : () => text(process.stdin),
  ask: process.stdin.isTTY && process.stderr.isTTY ? ask : null,
};

/** For tests: other streams than the process's. */
export interface TerminalStreams {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Ctrl-C, or Ctrl-D on an empty line, is an answer, too: throws a Refusal, and what was done until then stays. */
export async function ask(
  question: string,
  { hidden = false }: { readonly hidden?: boolean } = {},
  { input, output }: TerminalStreams = { input: process.stdin, output: process.stderr },
): Promise<string> {
  // readline echoes to its output: where that goes nowhere, nothing of the answer is seen.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: hidden ? nowhere : output, terminal: true });
  try {
    if (hidden) output.write(question);
    return (await lines.question(question)).trim();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    throw new Stopped(`${hidden ? '' : '\n'}Stopped. Run it again when you want to go on.`);
  } finally {
    lines.close();
    if (hidden) output.write('\n');
  }
}
