-- A tenant with 10,000 members, beside others with more: a page of its list reads a page, and nobody else's members.
begin;
\ir ../fixtures/members.sql
select plan(9);

insert into profiles (tenant_id, email, name)
select tenant_id, 'many' || n || '@example.test', 'Member ' || lpad(n::text, 5, '0')
from (values ('partner1', 10000), ('partner-seo', 40000), ('cozyartzmedia', 40000)) as tenant (tenant_id, members),
  generate_series(1, members) as n;
analyze profiles;
create temp table people as select pg_temp.member('partner1', 'admin') as admin;

create function pg_temp.list(arguments text default '') returns jsonb language sql as $$
  select pg_temp.as_json(pg_temp.ask_as(admin, format('select list_members(%s)', arguments))) from people
$$;
-- Members that a call looks at, by table scan and by index; its page has 25, and each asks for a row or two more.
create function pg_temp.reads(arguments text, out page jsonb, out scanned bigint, out fetched bigint) language plpgsql as $$
declare
  before record;
begin
  select seq_tup_read, idx_tup_fetch into before from pg_stat_xact_user_tables where relid = 'profiles'::regclass;
  page := pg_temp.list(arguments);
  select seq_tup_read - before.seq_tup_read, idx_tup_fetch - before.idx_tup_fetch into scanned, fetched
  from pg_stat_xact_user_tables where relid = 'profiles'::regclass;
end;
$$;

select is((jsonb_array_length(page -> 'items'), scanned, fetched < 200), (25, 0::bigint, true), about || ': ' || scanned || ' scanned, ' || fetched || ' fetched')
from (values
  ('the first page', ''),
  ('the last page', 'p_descending => true'),
  ('a page from the middle', $$p_after_value => 'member 05000', p_after_id => '00000000-0000-0000-0000-000000000000'$$),
  ('a page of another state', $$p_status => 'active'$$)
) as asked (about, arguments), lateral pg_temp.reads(arguments);

select ok(jsonb_array_length(page -> 'items') = least(expected, 25) and scanned = 0 and fetched < 10500, about || ': ' || fetched || ' fetched, of 90,000')
from (values
  ('a search goes through the tenant’s own members', $$p_search => 'member 0999'$$, 10),
  ('so does one that finds nobody', $$p_search => 'nobody of that name'$$, 0),
  ('a list by email', $$p_sort => 'email'$$, 25),
  ('a list by when they came', $$p_sort => 'created'$$, 25),
  ('a list by when they were last seen', $$p_sort => 'last_seen'$$, 25)
) as asked (about, arguments, expected), lateral pg_temp.reads(arguments);

select * from finish();
rollback;
