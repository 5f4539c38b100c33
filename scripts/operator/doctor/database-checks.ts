/** Is the schema what this clone has, and does the Data API ask our guard? Called by doctor.ts. */
import type { TransactionSql } from 'postgres';
import { findAdvisories } from '../../local/migrations.ts';
import { findDueMigrations } from '../deploy/database.ts';
import { type Check, fail, nameSome, ok } from './findings.ts';

const GUARD = 'app.guard';
const SAID = 500;

export function databaseChecks(
  databaseUrl: string,
  transact: <T>(work: (sql: TransactionSql) => Promise<T>) => Promise<T>,
): Check[] {
  return [
    {
      group: 'database',
      about: 'Migrations',
      seconds: 20,
      async run() {
        const due = await transact(findDueMigrations);
        return due.length === 0
          ? [ok('Migrations', 'all applied')]
          : [fail('Migrations', `not applied: ${nameSome(due)}`, 'Deploy this release; it applies them.')];
      },
    },
    {
      group: 'database',
      about: 'Guard of the Data API',
      seconds: 20,
      async run() {
        const guard = await transact(readGuard);
        return guard === GUARD
          ? [ok('Guard of the Data API', `${GUARD} is asked before each request`)]
          : [
              fail(
                'Guard of the Data API',
                guard === null
                  ? 'no function is asked before a request'
                  : `${guard} is asked instead of ${GUARD}`,
                `As the database's owner: alter role authenticator set pgrst.db_pre_request = '${GUARD}'; notify pgrst, 'reload config';`,
              ),
            ];
      },
    },
    {
      group: 'database',
      about: 'Advisors',
      seconds: 120,
      async run() {
        // The CLI's own words.
        const advisories = await findAdvisories(databaseUrl).catch((error: unknown) => String(error));
        if (typeof advisories === 'string')
          return [
            fail(
              'Advisors',
              `cannot be asked: ${advisories.slice(0, SAID)}`,
              'Mend that, and run this again.',
            ),
          ];
        return advisories.length === 0
          ? [ok('Advisors', 'find nothing')]
          : advisories.map(({ name, level, detail }) =>
              fail('Advisors', `${name} (${level}): ${detail}`, 'Mend it by a migration.'),
            );
      },
    },
  ];
}

/** What holds in this database comes before what holds in all of them. */
async function readGuard(sql: TransactionSql): Promise<string | null> {
  const settings = await sql<{ setting: string }[]>`
    select unnest(configuration.setconfig) as setting
    from pg_catalog.pg_db_role_setting as configuration
      join pg_catalog.pg_roles as role on role.oid = configuration.setrole
    where role.rolname = 'authenticator'
      and configuration.setdatabase in (0, (select oid from pg_catalog.pg_database where datname = current_database()))
    order by configuration.setdatabase desc`;
  const name = 'pgrst.db_pre_request=';
  return settings.find(({ setting }) => setting.startsWith(name))?.setting.slice(name.length) || null;
}
