/**
 * The one look of the operator's tools (add-tenant, list-tenants, …): options, `--help`, `--json`, `--dry-run`, and
 * refusals in words. A tool is a value; runTool parses its command line, connects, runs it and prints what it answers.
 *
 * Exit codes: 0 done, 1 refused or failed, 2 the command line was wrong.
 */
import { parseArgs, stripVTControlCharacters } from 'node:util';
import type { Sql, TransactionSql } from 'postgres';
import { Refusal } from '../local/steps.ts';
import { connectDatabase } from './database-connection.ts';
import { describeDatabaseError } from './database-errors.ts';

interface ToolOption {
  readonly type: 'string' | 'boolean';
  /** What stands behind it in the help: `--tier PLAN`. */
  readonly value?: string;
  readonly help: string;
}

type OptionValues<Options> = {
  readonly [Name in keyof Options]?:
    | (Options[Name] extends { readonly type: 'boolean' } ? boolean : string)
    | undefined;
};

export interface ToolResult {
  /** For `--json`: plain data. */
  readonly data: unknown;
  /** For people: lines. */
  readonly text: string;
  /** It ran, and what it tells is not as it should be. */
  readonly failed?: boolean;
}

/** What a tool meets: the process, or a test's idea of it. */
export interface ToolWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  write(text: string): void;
  writeError(text: string): void;
  /** Asks the person at the terminal; null where there is none. A `hidden` answer is not shown. */
  readonly ask: ((question: string, options?: { readonly hidden?: boolean }) => Promise<string>) | null;
  /** What was piped in; null where nothing can have been. */
  readonly readInput: (() => Promise<string>) | null;
}

export interface ToolRun<Options> {
  readonly arguments: readonly string[];
  readonly options: OptionValues<Options>;
  readonly dryRun: boolean;
  readonly world: ToolWorld;
  /** Runs in one transaction, which a dry run takes back: what would be refused is refused then, too. */
  transact<T>(work: (sql: TransactionSql) => Promise<T>): Promise<T>;
}

export interface Tool<Options extends Readonly<Record<string, ToolOption>>> {
  readonly name: string;
  readonly summary: string;
  /** Names of what stands on the command line without `--`, in order; all of them are required. */
  readonly arguments?: readonly string[];
  readonly options: Options;
  /** Environment variables and what they are for. */
  readonly environment?: Readonly<Record<string, string>>;
  run(run: ToolRun<Options>): Promise<ToolResult>;
}

const COMMON = {
  'dry-run': { type: 'boolean', help: 'shows what would change and changes nothing' },
  json: {
    type: 'boolean',
    help: 'answers JSON; with `npm run -s`, or npm writes a line of its own before it',
  },
  help: { type: 'boolean', help: 'shows this' },
} as const satisfies Record<string, ToolOption>;

const DATABASE_URL =
  'the database as its owner: the session pooler of the Supabase project (port 5432) or its direct connection, or what `npm run dev` prints';

/** One whose options are its own business. */
export type AnyTool = Tool<Readonly<Record<string, ToolOption>>>;

/** Answers the exit code. */
export async function runTool<Options extends Readonly<Record<string, ToolOption>>>(
  tool: Tool<Options>,
  commandLine: readonly string[],
  world: ToolWorld,
): Promise<0 | 1 | 2> {
  const json = commandLine.includes('--json');
  const fail = (message: string, code: 1 | 2) => {
    const said = printable(message);
    world.writeError(json ? `${JSON.stringify({ error: said })}\n` : `${said}\n`);
    return code;
  };

  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(tool, commandLine);
  } catch (error) {
    return fail(`${messageOf(error)}\nSee: npm run ${tool.name} -- --help`, 2);
  }
  const { help, 'dry-run': dryRun = false, json: _json, ...options } = parsed.values;
  if (help) {
    world.write(describeTool(tool));
    return 0;
  }
  const names = tool.arguments ?? [];
  if (parsed.positionals.length !== names.length) {
    const wanted = names.length === 0 ? 'nothing' : names.join(' ');
    return fail(`${tool.name} takes ${wanted} beside its options.\nSee: npm run ${tool.name} -- --help`, 2);
  }

  const connection = openConnection(world);
  try {
    const {
      data,
      text,
      failed = false,
    } = await tool.run({
      arguments: parsed.positionals,
      // parseArgs gives each option the type that its definition names.
      options: options as OptionValues<Options>,
      dryRun: dryRun === true,
      world,
      transact: (work) => transact(connection.open(), dryRun === true, work),
    });
    world.write(json ? `${JSON.stringify(data, null, 2)}\n` : `${printable(text)}\n`);
    return failed ? 1 : 0;
  } catch (error) {
    if (error instanceof Refusal) return fail(error.message, 1);
    const known = describeDatabaseError(error);
    if (known !== null) return fail(known, 1);
    throw error;
  } finally {
    await connection.close();
  }
}

function parse(tool: AnyTool, commandLine: readonly string[]) {
  const options: Record<string, { type: 'string' | 'boolean' }> = {};
  for (const [name, { type }] of Object.entries({ ...tool.options, ...COMMON })) options[name] = { type };
  return parseArgs({ args: [...commandLine], options, allowPositionals: true, strict: true });
}

function openConnection({ env }: ToolWorld): { open(): Sql; close(): Promise<void> } {
  let sql: Sql | undefined;
  return {
    open() {
      const address = env['DATABASE_URL'];
      if (!address) throw new Refusal(`DATABASE_URL is not set: ${DATABASE_URL}.`);
      sql ??= connectDatabase(address, { max: 1 });
      return sql;
    },
    async close() {
      await sql?.end({ timeout: 1 });
    },
  };
}

/** Thrown to take a dry run's transaction back. */
class TakenBack extends Error {}

async function transact<T>(sql: Sql, dryRun: boolean, work: (sql: TransactionSql) => Promise<T>): Promise<T> {
  let outcome: { readonly value: T } | undefined;
  try {
    await sql.begin(async (transaction) => {
      outcome = { value: await work(transaction) };
      if (dryRun) throw new TakenBack();
    });
  } catch (error) {
    if (!(error instanceof TakenBack)) throw error;
  }
  if (outcome === undefined) throw new Error('a transaction ended without its outcome');
  return outcome.value;
}

function describeTool(tool: AnyTool): string {
  const options = Object.entries<ToolOption>({ ...tool.options, ...COMMON });
  const left = options.map(([name, { value }]) => `--${name}${value === undefined ? '' : ` ${value}`}`);
  const environment = Object.entries({ DATABASE_URL, ...tool.environment });
  const width =
    Math.max(...left.map(({ length }) => length), ...environment.map(([name]) => name.length)) + 2;
  const wanted = (tool.arguments ?? []).map((name) => ` ${name}`).join('');
  return [
    tool.summary,
    '',
    `  npm run ${tool.name} --${wanted} [options]`,
    '',
    'Options',
    ...options.map(([, { help }], index) => `  ${(left[index] ?? '').padEnd(width)}${help}`),
    '',
    'Environment',
    ...environment.map(([name, help]) => `  ${name.padEnd(width)}${help}`),
    '',
  ].join('\n');
}

/** What comes from the database or a person must not steer the terminal. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]|\p{Bidi_Control}/gu,
    '�',
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
