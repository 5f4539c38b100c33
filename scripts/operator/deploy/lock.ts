/**
 * One deployment of an environment at a time, wherever it is started: an advisory lock of a session in the project's
 * database. It needs no table, and is gone with the process that holds it, however that ends.
 */
import { hostname, userInfo } from 'node:os';
import { Refusal } from '../../local/steps.ts';
import { connectDatabase } from '../database-connection.ts';
import type { EnvironmentName } from './deploy-config.ts';

/** `marq`: keeps our locks apart from others' in the database. */
const LOCK_CLASS = 0x6d617271;
const NUMBERS: Record<EnvironmentName, number> = { staging: 1, production: 2 };

export interface DeployLock {
  /** Throws a Refusal when the connection that held it was lost: somebody else may have begun. */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
}

export async function takeLock(databaseUrl: string, environment: EnvironmentName): Promise<DeployLock> {
  const number = NUMBERS[environment];
  const sql = connectDatabase(databaseUrl, {
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    connection: { application_name: describeMe() },
  });
  try {
    const [row] = await sql<{ taken: boolean; pid: number }[]>`
      select pg_try_advisory_lock(${LOCK_CLASS}, ${number}) as taken, pg_backend_pid() as pid`;
    if (!row?.taken) {
      const [holder] = await sql<{ name: string; since: Date }[]>`
        select activity.application_name as name, activity.backend_start as since
        from pg_catalog.pg_locks as held join pg_catalog.pg_stat_activity as activity using (pid)
        where held.locktype = 'advisory' and held.granted and held.classid = ${LOCK_CLASS}
          and held.objid = ${number} and held.database = (select oid from pg_catalog.pg_database where datname = current_database())`;
      const who = holder === undefined ? '' : ` by ${holder.name}, since ${holder.since.toISOString()}`;
      throw new Refusal(`${environment} is being deployed right now${who}. Wait for it to end.`);
    }
    const { pid } = row;
    return {
      async assertHeld() {
        const [now] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`.catch(() => []);
        if (now?.pid !== pid)
          throw new Refusal('The connection that kept other deployments away was lost. Run it again.');
      },
      release: () => sql.end({ timeout: 2 }),
    };
  } catch (error) {
    await sql.end({ timeout: 1 });
    throw error;
  }
}

/** Told to whoever comes second. Postgres keeps 63 bytes of it. */
function describeMe(): string {
  return `marquee-deploy ${userInfo().username}@${hostname()}`.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 63);
}
