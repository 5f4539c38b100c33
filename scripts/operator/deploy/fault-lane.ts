/**
 * Where a deployment meets faults, again and again: a rehearsal that can be taken back to how it was. Used by
 * fault-matrix.ts.
 */
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres, { type Sql } from 'postgres';
import type { SavedAccount } from '../../local/cloudflare-api/saving.ts';
import type { ManagementApi, SavedProject } from '../../local/management-api.ts';
import { runAt } from '../testing.ts';
import { REPOSITORY } from './build-output.ts';
import { deployTool } from './deploy-tool.ts';
import { type Rehearsal, type RehearsedAccount, secretTextsOf } from './rehearsal.ts';

/** A killed deployment's watch has ended what it started and removed its folder by then. */
const WATCH_MILLISECONDS = 20_000;

export interface Deployed {
  /** Null: killed. */
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

export interface Checkpoint {
  readonly account: SavedAccount;
  readonly project: SavedProject;
  /** Text of the state file; null where there is none. */
  readonly state: string | null;
  readonly settings: readonly { readonly key: string; readonly value: string }[];
}

export class FaultLane {
  readonly cloudflare: RehearsedAccount['cloudflare'];
  readonly management: ManagementApi;
  /** None of them may be shown. */
  readonly secrets: readonly string[];
  readonly #account: RehearsedAccount;
  readonly #rehearsal: Rehearsal;
  readonly #stateFile: string;
  readonly #sql: Sql;

  /** `account` is the rehearsal's own, or one that it opened. */
  constructor(rehearsal: Rehearsal, account: RehearsedAccount) {
    this.cloudflare = account.cloudflare;
    this.management = rehearsal.management;
    this.secrets = [...secretTextsOf(rehearsal), account.cloudflare.token];
    this.#account = account;
    this.#rehearsal = rehearsal;
    this.#stateFile = join(account.stateFolder, 'staging.json');
    this.#sql = postgres(rehearsal.databaseUrl, { max: 1, idle_timeout: 5, onnotice: () => {} });
  }

  async deploy(...line: string[]): Promise<Deployed> {
    const { env } = this.#account;
    const said = await runAt(this.#rehearsal.databaseUrl, deployTool, [...this.#account.line, ...line], {
      env,
    });
    return { code: said.code, out: said.out, error: said.error };
  }

  /** In a process of its own, which `kill` ends by SIGKILL. Comes back when nothing of it is left. */
  async deployToBeKilled(
    line: readonly string[],
    killable: (kill: () => void) => void,
  ): Promise<Deployed & { readonly left: readonly string[] }> {
    const folder = mkdtempSync(join(this.#rehearsal.folder, 'killed-'));
    const child = spawn(
      process.execPath,
      [join(REPOSITORY, 'scripts/deploy.ts'), ...this.#account.line, ...line],
      {
        cwd: REPOSITORY,
        env: { ...process.env, ...this.#account.env, TMPDIR: folder },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    killable(() => child.kill('SIGKILL'));
    const said = { out: '', error: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said.out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said.error += text;
    });
    const code = await new Promise<number | null>((ended, failed) => {
      child.once('error', failed);
      // Not `close`: what it started may hold its streams.
      child.once('exit', (exit) => ended(exit));
    });
    const until = Date.now() + WATCH_MILLISECONDS;
    while (readdirSync(folder).length > 0 && Date.now() < until) await sleep(100);
    return { code, ...said, left: readdirSync(folder) };
  }

  readState(): string | null {
    return existsSync(this.#stateFile) ? readFileSync(this.#stateFile, 'utf8') : null;
  }

  async save(): Promise<Checkpoint> {
    const settings = await this.#sql<
      { key: string; value: string }[]
    >`select key, value from app.settings order by key`;
    return {
      account: this.cloudflare.save(),
      project: this.management.save(),
      state: this.readState(),
      settings: settings.map(({ key, value }) => ({ key, value })),
    };
  }

  async restore({ account, project, state, settings }: Checkpoint): Promise<void> {
    this.cloudflare.restore(account);
    this.management.restore(project);
    rmSync(this.#stateFile, { force: true });
    if (state !== null) {
      mkdirSync(this.#account.stateFolder, { recursive: true });
      writeFileSync(this.#stateFile, state, { mode: 0o600 });
    }
    await this.#sql.begin(async (sql) => {
      await sql`delete from app.settings`;
      for (const { key, value } of settings)
        await sql`insert into app.settings (key, value) values (${key}, ${value})`;
    });
  }

  /** All that two runs that ended alike have in common: times and the history of versions are not in it. */
  async describe(): Promise<Record<string, unknown>> {
    const tables = await this.#sql<{ name: string; rows: string }[]>`
      select format('%I.%I', table_schema, table_name) as name,
        (xpath('/row/count/text()', query_to_xml(format('select count(*) from %I.%I', table_schema, table_name),
          false, true, '')))[1]::text as rows
      from information_schema.tables
      where table_schema in ('public', 'app', 'supabase_migrations') and table_type = 'BASE TABLE' order by name`;
    const { settings } = await this.save();
    return {
      cloudflare: comparable(this.cloudflare.snapshot()),
      supabase: this.management.settings(),
      state: JSON.parse(this.readState() ?? 'null'),
      settings: settings.map(timeless),
      tables: Object.fromEntries(tables.map(({ name, rows }) => [name, Number(rows)])),
    };
  }

  async close(): Promise<void> {
    await this.#sql.end({ timeout: 1 });
  }
}

/** When a rollout began is no part of what it is. */
function timeless({ key, value }: { key: string; value: string }): { key: string; value: string } {
  return { key, value: value.replace(/"since":"[^"]*"/, '"since":""') };
}

/** That a script has no tags is said in two ways, by how often wrangler has uploaded it. */
export function comparable(snapshot: unknown): unknown {
  return JSON.parse(JSON.stringify(snapshot), (name, value: unknown) =>
    name === 'tags' && Array.isArray(value) && value.length === 0 ? undefined : value,
  );
}
