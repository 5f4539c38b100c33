-- Usage: meters with the plan's limits, overrides, and periods for calls alone.
begin;
\ir ../fixtures/members.sql
select plan(24);

create temp table people as select pg_temp.member('partner1', 'client') as one, pg_temp.member('partner-seo', 'client') as seo, pg_temp.member('cozyartzmedia', 'client') as primary_one;
create function pg_temp.meter(claims jsonb, type text, key text) returns text language sql as $$
  select meter ->> key from jsonb_array_elements(pg_temp.ask_as(claims, 'select get_usage()')::jsonb) as meter where meter ->> 'type' = type
$$;

update tenants set subscription_tier = 'starter' where tenant_id = 'partner-seo';
update tenant_usage set usage_limit = null where tenant_id = 'partner-seo';
select is(pg_temp.meter(seo, type, 'count') || ' of ' || coalesce(pg_temp.meter(seo, type, 'limit'), 'any'), expected, 'starter: ' || type)
from people, (values ('ai_calls', '934 of 1000'), ('domains', '1 of 1'), ('storage', '708837376 of 1073741824')) as m (type, expected);
select is(pg_temp.meter(one, 'ai_calls', 'limit'), '15000', 'an override counts before the plan') from people;
select is(pg_temp.meter(primary_one, 'domains', 'limit'), null, 'null is no limit') from people;
select is((pg_temp.meter(one, 'ai_calls', 'period')::jsonb ->> 'start')::timestamptz, date_trunc('month', now(), 'UTC'), 'calls are counted from the first of the month, UTC') from people;
select is((pg_temp.meter(one, 'ai_calls', 'period')::jsonb ->> 'end')::timestamptz, date_trunc('month', now() at time zone 'UTC') at time zone 'UTC' + interval '1 month', 'to its end') from people;
select is(pg_temp.meter(one, type, 'period'), null, type || ' is a level') from people, unnest(array['domains', 'storage']) as type;
delete from tenant_usage where tenant_id = 'partner1';
select is((select string_agg(meter ->> 'type' || '=' || (meter ->> 'count'), ' ') from people, jsonb_array_elements(pg_temp.ask_as(one, 'select get_usage()')::jsonb) as meter),
  'ai_calls=0 domains=0 storage=0', 'nothing used is zero');
insert into tenant_usage (tenant_id, usage_type, period_start, usage_count)
values ('partner1', 'ai_calls', (date_trunc('month', now(), 'UTC') - interval '1 month') at time zone 'UTC', 5000);
select is(pg_temp.meter(one, 'ai_calls', 'count'), '0', 'last month is over') from people;
update tenants set subscription_tier = 'enterprise' where tenant_id = 'partner1';
select is(pg_temp.meter(one, 'ai_calls', 'limit'), '250000', 'another plan, another limit, at once') from people;

select is(pg_temp.try('insert into tenant_usage (tenant_id, usage_type, period_start, usage_count) values (''partner1'', ' || row || ')'), expected, row)
from (values
  ('''ai_calls'', null, 0', '23514: new row for relation "tenant_usage" violates check constraint "tenant_usage_period_of_calls"'),
  ('''domains'', ''2020-01-01'', 0', '23514: new row for relation "tenant_usage" violates check constraint "tenant_usage_period_of_calls"'),
  ('''ai_calls'', ''2020-01-02'', 0', '23514: new row for relation "tenant_usage" violates check constraint "tenant_usage_period_of_calls"'),
  ('''ai_calls'', ''2020-01-01'', -1', '23514: new row for relation "tenant_usage" violates check constraint "tenant_usage_usage_count_check"'),
  ('''storage'', null, 9000000000000', '1 rows'),
  ('''mails'', null, 0', '23514: new row for relation "tenant_usage" violates check constraint "tenant_usage_usage_type_check"')
) as attempt (row, expected);

-- The level of domains follows the rows.
insert into tenant_domains (tenant_id, domain, domain_type, verification_method, verified_at) values ('partner1', 'one.example', 'custom', 'operator', now());
select is(pg_temp.meter(one, 'domains', 'count'), '1', 'a verified domain counts') from people;
insert into tenant_domains (tenant_id, domain, domain_type, verification_method) values ('partner1', 'two.example', 'custom', 'operator');
select is(pg_temp.meter(one, 'domains', 'count'), '1', 'a claimed one does not') from people;
update tenant_domains set verified_at = now() where domain = 'two.example';
select is(pg_temp.meter(one, 'domains', 'count'), '2', 'until it is verified') from people;
insert into tenant_domains (tenant_id, domain, domain_type, verification_method, verified_at) values ('partner1', 'three.cozyartzmedia.com', 'subdomain', 'operator', now());
select is(pg_temp.meter(one, 'domains', 'count'), '2', 'a name under the platform''s domain is free') from people;
delete from tenant_domains where domain = 'one.example';
select is(pg_temp.meter(one, 'domains', 'count'), '1', 'a removed one counts no more') from people;
delete from tenants where tenant_id = 'partner1';
select is((select count(*)::int from tenant_usage where tenant_id = 'partner1'), 0, 'usage goes with the tenant');

select * from finish();
rollback;
