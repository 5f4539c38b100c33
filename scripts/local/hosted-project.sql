-- Makes a new cluster look like a hosted Supabase project. Run once by postgres.ts, as superuser, in template1, so that
-- every database created afterwards starts like one: migrations run as the NON-superuser `postgres`, the API roles
-- exist, and nothing is granted to them by default.

create role anon nologin noinherit;
create role authenticated nologin noinherit;
create role service_role nologin noinherit bypassrls;
create role supabase_storage_admin nologin noinherit;
create role authenticator login noinherit password 'postgres';
create role dashboard_user nologin createrole createdb replication;
create role postgres login createdb createrole replication bypassrls password 'postgres';

grant anon, authenticated, service_role to authenticator;
grant anon, authenticated, service_role, authenticator to postgres with admin option;
-- On hosted projects `authenticator` may also become this one: what the guard does not name, it must refuse.
grant supabase_storage_admin to authenticator;

alter role authenticator set statement_timeout = '8s';
alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
grant set on parameter "pgrst.db_pre_request" to postgres;

create schema extensions authorization postgres;
create schema auth authorization supabase_admin;
create schema storage authorization supabase_admin;
grant create, usage on schema public, extensions to postgres;
grant usage on schema public, extensions, auth to postgres, anon, authenticated, service_role;
grant usage on schema storage to postgres, service_role;
create extension pgcrypto with schema extensions;
create extension "uuid-ossp" with schema extensions;

create function auth.jwt() returns jsonb language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')
  )::jsonb
$$;
create function auth.uid() returns uuid language sql stable as $$ select (auth.jwt() ->> 'sub')::uuid $$;
create function auth.role() returns text language sql stable as $$ select auth.jwt() ->> 'role' $$;
create function auth.email() returns text language sql stable as $$ select auth.jwt() ->> 'email' $$;

-- As on hosted projects: the Data API learns of changes to the schema by itself.
create function extensions.pgrst_ddl_watch() returns event_trigger language plpgsql set search_path = '' as $$
begin
  notify pgrst, 'reload schema';
end;
$$;
create event trigger pgrst_ddl_watch on ddl_command_end execute function extensions.pgrst_ddl_watch();
create event trigger pgrst_drop_watch on sql_drop execute function extensions.pgrst_ddl_watch();
