-- Resolution: what anybody may learn about a hostname, and versions that only grow.
begin;
\ir ../fixtures/members.sql
select plan(34);

-- A version belongs to a transaction; these tests are one: `commit_here` lets the next change take a new one.
create function pg_temp.commit_here() returns void language sql as $$ select set_config('app.directory_version', '', true) $$;
create function pg_temp.resolve(hostname text) returns jsonb language sql as $$
  select pg_temp.ask_as('{"role": "anon"}', format('select resolve_hostname(%L)', hostname))::jsonb
$$;
create function pg_temp.version(hostname text) returns bigint language sql as $$ select (pg_temp.resolve(hostname) ->> 'version')::bigint $$;

select is((pg_temp.resolve('partner-seo.com') #- '{tenant,brand}') - 'version',
  '{"tenant": {"tenantId": "partner-seo", "name": "Partner SEO", "type": "custom-domain", "status": "active", "tier": "growth", "signUp": "open",
    "worker": "custom-tenant", "hostname": "partner-seo.com", "canonicalHostname": "partner-seo.com", "platformDomain": false, "providers": [], "brandAdditions": {}}}',
  'a hostname is told as agreed');
select is(pg_temp.resolve('partner-seo.com') #> '{tenant,brand}', (select whitelabel_config from tenants where tenant_id = 'partner-seo'), 'with the brand');
select is(pg_temp.resolve(name) #>> '{tenant,tenantId}', tenant, coalesce(name, 'null') || ' is ' || coalesce(tenant, 'nobody''s'))
from (values
  ('cozyartzmedia.com', 'cozyartzmedia'), ('partner1.cozyartzmedia.com', 'partner1'), ('PARTNER1.cozyartzmedia.com.', 'partner1'),
  ('partner-seo.cozyartzmedia.com', 'partner-seo'), ('nobody.example', null), ('www.cozyartzmedia.com', null),
  ('x.partner-seo.com', null), ('', null), ('%', null), (null, null), (repeat('a', 100000), null)
) as host (name, tenant);
select is(pg_temp.resolve(name) #>> '{tenant,platformDomain}', expected, name || ' under the platform''s domain: ' || expected)
from (values ('cozyartzmedia.com', 'true'), ('partner1.cozyartzmedia.com', 'true'), ('partner-seo.cozyartzmedia.com', 'true'), ('partner-seo.com', 'false')) as host (name, expected);
select is(pg_temp.resolve('partner-seo.cozyartzmedia.com') #>> '{tenant,canonicalHostname}', 'partner-seo.com', 'the way back in names the tenant''s own domain');
select is(pg_temp.resolve('paused.cozyartzmedia.com') #>> '{tenant,status}', 'suspended', 'a suspended tenant is told with its status');
select is_empty($$select key from jsonb_each(pg_temp.resolve('cozyartzmedia.com') -> 'tenant') where key ~* 'email|member|invit|secret|client|session'$$, 'nothing about people');

-- Versions.
create temp table noted as select pg_temp.version('partner-seo.com') as seo, pg_temp.version('partner1.cozyartzmedia.com') as one, pg_temp.version('nobody.example') as nobody;
select cmp_ok(nobody, '>=', seo, 'an unknown host has the directory''s version') from noted;
create function pg_temp.grows(statement text, hostname text default 'partner-seo.com') returns boolean language plpgsql as $$
declare
  before bigint := pg_temp.version(hostname);
begin
  perform pg_temp.commit_here();
  execute statement;
  return pg_temp.version(hostname) > before;
end;
$$;
select is(pg_temp.grows(statement), true, 'version grows: ' || left(statement, 60))
from unnest(array[
  $$update tenants set name = 'Renamed' where tenant_id = 'partner-seo'$$,
  $$insert into tenant_oauth_clients (tenant_id, hostname, provider, client_id, sealed_secret) values ('partner-seo', 'partner-seo.com', 'google', 'c',
    '{"protected": "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwia2lkIjoiZjEifQ", "iv": "aXY", "ciphertext": "Yw", "tag": "dA", "aad": "YQ"}')$$,
  $$update tenant_oauth_clients set enabled = false$$,
  $$delete from tenant_oauth_clients$$,
  $$insert into tenant_domains (tenant_id, domain, domain_type, verification_method, verified_at) values ('partner-seo', 'second.example', 'custom', 'operator', now())$$
]) as statement;
select is((select one from noted), pg_temp.version('partner1.cozyartzmedia.com'), 'another tenant''s version stays');
select cmp_ok(pg_temp.version('nobody.example'), '>', (select nobody from noted), 'the directory''s does not');
select is(pg_temp.grows($$delete from tenant_domains where domain = 'second.example'$$, 'second.example'), true, 'a hostname that goes grows');
select is(pg_temp.grows($$update tenants set domain = 'moved.example' where tenant_id = 'partner-seo'$$, 'partner-seo.com'), true, 'a hostname that is left grows');
select is(pg_temp.grows($$insert into tenant_domains (tenant_id, domain, domain_type, verification_method, verified_at) values ('partner1', 'partner-seo.com', 'custom', 'operator', now())$$), true,
  'and grows when another tenant takes it');
select is(pg_temp.resolve('partner-seo.com') #>> '{tenant,tenantId}', 'partner1', 'whose it then is');
select is(pg_temp.grows($$delete from tenants where tenant_id = 'partner1'$$, 'partner-seo.com'), true, 'and when the tenant goes');
select is(pg_temp.grows($$select 1$$, 'partner-seo.com'), false, 'without a change it stays');

select * from finish();
rollback;
