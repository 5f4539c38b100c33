/**
 * The transaction that every request of the Data API runs in, made as PostgREST makes it: settings, role, guard.
 * Called by data-api.ts.
 */
import type { PostgresConnection } from '@supabase/lite/postgres';
import type { JWTPayload } from 'jose';

/** A request as its transaction sees it; `failure` is what the database said, on the way out. */
export interface RequestState {
  readonly claims: JWTPayload;
  readonly role: string;
  readonly method: string;
  /** Below `/rest/v1`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  failure?: unknown;
}

/** What PostgREST reads from the database: the guard's name, and the settings of the roles that it takes. */
export interface DatabaseConfiguration {
  readonly preRequest: string | null;
  readonly roleSettings: ReadonlyMap<string, readonly (readonly [name: string, value: string])[]>;
}

type Transaction = PostgresConnection['kysely'];

export async function readConfiguration({ driver }: PostgresConnection): Promise<DatabaseConfiguration> {
  const rows = await driver<{ role: string; name: string; value: string }[]>`
    select r.rolname as role, split_part(entry, '=', 1) as name, substr(entry, strpos(entry, '=') + 1) as value
    from pg_db_role_setting as s
    join pg_roles as r on r.oid = s.setrole
    cross join unnest(s.setconfig) as entry
    where s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
    order by s.setdatabase`;
  const roleSettings = new Map<string, [string, string][]>();
  let preRequest: string | null = null;
  for (const { role, name, value } of rows) {
    if (role === 'authenticator' && name === 'pgrst.db_pre_request') preRequest = value;
    if (role === 'authenticator' || name.startsWith('pgrst.')) continue;
    roleSettings.set(role, [...(roleSettings.get(role) ?? []), [name, value]]);
  }
  return { preRequest, roleSettings };
}

/** Makes the transaction the request's own, then asks the guard, which raises for a request that must not go on. */
export async function openRequest(
  transaction: Transaction,
  state: RequestState,
  configuration: DatabaseConfiguration,
  catalog: PostgresConnection,
): Promise<void> {
  const settings: (readonly [name: string, value: string])[] = [
    ['search_path', 'public, extensions'],
    ['request.jwt.claims', JSON.stringify(state.claims)],
    ['request.method', state.method],
    ['request.path', state.path],
    ['request.headers', JSON.stringify(state.headers)],
    ['request.cookies', '{}'],
    ['response.status', ''],
    ['response.headers', ''],
    // We are `authenticator`: a role that it may not take, or that is none, fails here.
    ['role', state.role],
    ...(configuration.roleSettings.get(state.role) ?? []),
  ];
  if (await isReadOnly(state, catalog)) settings.push(['transaction_read_only', 'on']);
  await transaction
    .selectNoFrom((expression) =>
      settings.map(([name, value], index) =>
        expression
          .fn('set_config', [expression.val(name), expression.val(value), expression.val(true)])
          .as(`setting_${index}`),
      ),
    )
    .execute();
  const guard = configuration.preRequest;
  if (guard === null) return;
  await transaction.selectNoFrom((expression) => expression.fn(guard, []).as('guard')).execute();
}

/** GET and HEAD never write, and a function that calls itself stable is held to it. */
async function isReadOnly({ method, path }: RequestState, catalog: PostgresConnection): Promise<boolean> {
  if (method === 'GET' || method === 'HEAD') return true;
  const name = /^\/rpc\/([^/]+)$/.exec(path)?.[1];
  if (name === undefined) return false;
  const { functions = [] } = await catalog.introspect({ useCache: true });
  const candidates = functions.filter((known) => known.schema === 'public' && known.name === name);
  return candidates.length > 0 && candidates.every((known) => known.volatility !== 'v');
}
