-- The guard: who gets as far as a query. PostgREST has verified the signature and taken the role before it asks.
begin;
\ir ../fixtures/members.sql
select plan(29);

create function pg_temp.guard(request_role text, claims jsonb) returns text language plpgsql as $$
begin
  perform set_config('request.jwt.claims', coalesce(claims::text, ''), true);
  execute format('set local role %I', request_role);
  perform app.guard();
  raise sqlstate 'UNDO0';
exception
  when sqlstate 'UNDO0' then return 'admitted';
  when others then return sqlstate || ' ' || sqlerrm;
end;
$$;
create temp table me as select pg_temp.member('partner1', 'admin') as claims;

select is(pg_temp.guard('anon', '{"role": "anon"}'), 'admitted', 'anon is admitted');
select is(pg_temp.guard('anon', null), 'admitted', 'anon is admitted without claims');
select is(pg_temp.guard('authenticated', claims), 'admitted', 'a member with a live session is admitted') from me;
select is(pg_temp.guard('sign_in', pg_temp.sign_in_token('partner1', 'partner1.cozyartzmedia.com')), 'admitted', 'sign_in is admitted');
select is(pg_temp.guard('platform_jobs', '{"iss": "https://tokens.test", "role": "platform_jobs"}'), 'admitted', 'platform_jobs is admitted');

-- service_role, with our own key and issuer: PostgREST would have honoured it.
select is(pg_temp.guard('service_role', '{"iss": "https://tokens.test", "role": "service_role"}'), 'PT403 role_refused', 'service_role is refused');
select is(pg_temp.guard('service_role', claims), 'PT403 role_refused', 'service_role is refused with a member''s claims') from me;
select is(pg_temp.guard('postgres', claims || '{"role": "postgres"}'), 'PT403 role_refused', 'postgres is refused') from me;
create role unheard_of nologin;
grant unheard_of to postgres;
select is(pg_temp.guard('unheard_of', '{"iss": "https://tokens.test", "role": "unheard_of"}'), '42501 permission denied for schema app', 'a role of nobody''s is refused');

select is(pg_temp.guard('authenticated', claims || '{"iss": "https://elsewhere.test"}'), 'PT403 issuer_refused', 'another issuer is refused') from me;
select is(pg_temp.guard('authenticated', claims - 'iss'), 'PT403 issuer_refused', 'no issuer is refused') from me;
select is(pg_temp.guard(role, jsonb_build_object('iss', 'https://elsewhere.test', 'role', role)), 'PT403 issuer_refused', 'another issuer is refused for ' || role)
from unnest(array['sign_in', 'platform_jobs']) as role;
select is(pg_temp.guard('authenticated', claims || '{"role": "sign_in"}'), 'PT403 issuer_refused', 'a token of another role is refused') from me;
select is(pg_temp.guard('sign_in', claims), 'PT403 issuer_refused', 'a member''s token is none for sign_in') from me;
select is(pg_temp.guard('authenticated', null), 'PT403 issuer_refused', 'no token is refused');

select is(pg_temp.guard('authenticated', claims - 'session_id'), 'PT401 session_ended', 'no session is no entry') from me;
select is(pg_temp.guard('authenticated', claims - 'tenant_id'), 'PT401 session_ended', 'no tenant is no entry') from me;
select is(pg_temp.guard('authenticated', claims || '{"tenant_id": "partner-seo"}'), 'PT401 session_ended', 'another tenant is no entry') from me;
select is(pg_temp.guard('authenticated', claims || jsonb_build_object('session_id', gen_random_uuid())), 'PT401 session_ended', 'a made-up session is no entry') from me;
select is(pg_temp.guard('authenticated', claims || '{"session_id": "not a uuid"}'), '22P02 invalid input syntax for type uuid: "not a uuid"', 'a malformed session is no entry') from me;

create function pg_temp.after(statement text) returns text language plpgsql as $$
declare
  said text;
begin
  execute statement;
  select pg_temp.guard('authenticated', claims) into said from me;
  raise exception using errcode = 'UNDO0', message = said;
exception when sqlstate 'UNDO0' then return sqlerrm;
end;
$$;
select is(pg_temp.after(statement), 'PT401 session_ended', 'no entry after: ' || statement)
from unnest(array[
  'update sessions set revoked_at = now()', 'update sessions set idle_expires_at = now()',
  'update profiles set status = ''removed''', 'update profiles set status = ''suspended''', 'delete from profiles',
  'update tenants set status = ''suspended'' where tenant_id = ''partner1''', 'update tenants set status = ''inactive'' where tenant_id = ''partner1'''
]) as statement;
delete from app.settings;
select is(pg_temp.guard('authenticated', claims - 'iss'), 'PT403 issuer_refused', 'while no issuer is configured, nobody is admitted') from me;

select * from finish();
rollback;
