/** Runs an operator's tool as a test wants it: on its database, with what a person would type. */
import { type AnyTool, runTool } from './tool.ts';

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly error: string;
  readonly asked: readonly string[];
}

export interface Terminal {
  readonly env?: Readonly<Record<string, string>>;
  /** What a person types, in order; left out where there is no terminal. */
  readonly answers?: string[];
}

export async function runAt(
  databaseUrl: string,
  tool: AnyTool,
  line: readonly string[],
  { env = {}, answers }: Terminal = {},
): Promise<Said> {
  const said = { out: '', error: '' };
  const asked: string[] = [];
  const code = await runTool(tool, line, {
    env: { DATABASE_URL: databaseUrl, ...env },
    write: (text) => {
      said.out += text;
    },
    writeError: (text) => {
      said.error += text;
    },
    readInput: null,
    ask:
      answers === undefined
        ? null
        : async (question) => {
            asked.push(question);
            return answers.shift() ?? '';
          },
  });
  return { code, ...said, asked };
}
