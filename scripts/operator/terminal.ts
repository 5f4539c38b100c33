/** The process as the operator's tools meet it. Called by each tool's own file. */
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import type { ToolWorld } from './tool.ts';

export const terminal: ToolWorld = {
  env: process.env,
  write: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
  // Questions go to stderr: the answer on stdout stays what a script can read.
  readInput: process.stdin.isTTY ? null : () => text(process.stdin),
  ask: process.stdin.isTTY && process.stderr.isTTY ? ask : null,
};

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(question)).trim();
  } finally {
    lines.close();
  }
}
