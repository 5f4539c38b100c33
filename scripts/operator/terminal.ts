/** The process as the operator's tools meet it. Called by each tool's own file. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
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

async function ask(
  question: string,
  { hidden = false }: { readonly hidden?: boolean } = {},
): Promise<string> {
  // readline echoes to its output: where that goes nowhere, nothing of the answer is seen.
  const output = hidden ? new Writable({ write: (_chunk, _encoding, done) => done() }) : process.stderr;
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  try {
    if (hidden) process.stderr.write(question);
    return (await lines.question(question)).trim();
  } finally {
    lines.close();
    if (hidden) process.stderr.write('\n');
  }
}
