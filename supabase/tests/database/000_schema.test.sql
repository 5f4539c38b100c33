-- The schema to the letter: tables, columns, policies. A change here is a change of the contract.
begin;
\ir ../fixtures/members.sql
select plan(74);

select tables_are('public', array[
  'audit_log', 'brand_drafts', 'brand_images', 'brand_versions', 'identities', 'invitations', 'mails', 'profiles', 'sessions', 'sign_in_flows', 'tenant_domains',
  'tenant_oauth_clients', 'tenant_usage', 'tenants'
]);
select tables_are('app', array['directory_version', 'plan_limits', 'reserved_labels', 'settings']);
select views_are('public', array[]::text[]);
select views_are('app', array[]::text[]);
select sequences_are('public', array[]::text[]);
select enums_are('public', array[]::text[]);

select columns_are('public', relation, string_to_array(columns, ' '), relation || ' has exactly its columns')
from (values
  ('tenants', 'tenant_id name domain type status subscription_tier sign_up worker whitelabel_config brand_assets brand_assets_of version created_at updated_at sign_up_domains'),
  ('tenant_domains', 'tenant_id domain domain_type ssl_status dns_configured verification_method verification_token verified_at created_at updated_at'),
  ('profiles', 'id tenant_id tenant_role tenant_permissions name email avatar_url status created_at updated_at'),
  ('identities', 'tenant_id provider subject member_id email linked_at last_used_at'),
  ('sessions', 'id tenant_id member_id provider hostname user_agent address location created_at last_seen_at idle_expires_at absolute_expires_at revoked_at'),
  ('sign_in_flows', 'state_hash tenant_id hostname provider code_verifier nonce browser_hash next_path address_hash link_session_id created_at expires_at test_session_id test_revision'),
  ('invitations', 'id tenant_id email tenant_role invited_by created_at expires_at accepted_at accepted_by revoked_at sent_at sent_count'),
  ('mails', 'id tenant_id kind invitation_id recipient state attempts error created_at due_at finished_at'),
  ('tenant_oauth_clients', 'tenant_id hostname provider client_id sealed_secret key_id enabled created_at updated_at tested_at revision'),
  ('tenant_usage', 'id tenant_id usage_type period_start usage_count usage_limit created_at updated_at'),
  ('audit_log', 'id tenant_id actor_tenant_id actor_id action details created_at'),
  ('brand_drafts', 'tenant_id config revision based_on updated_by updated_at'),
  ('brand_images', 'tenant_id hash slot width height bytes uploaded_by created_at'),
  ('brand_versions', 'tenant_id number config published_by published_at note restored_from')
) as expected (relation, columns);

select col_type_is('public', 'tenant_usage', 'usage_count', 'bigint', 'usage counts past 2^31');
select col_type_is('public', 'tenants', 'whitelabel_config', 'jsonb', 'the brand is jsonb');
select col_type_is('public', 'profiles', 'tenant_permissions', 'jsonb', 'permissions are jsonb');
select col_is_pk('public', 'tenants', 'tenant_id', 'a tenant is its slug');
select col_is_pk('public', 'identities', array['tenant_id', 'provider', 'subject'], 'an identity is (tenant, provider, subject)');

select policies_are('public', relation, string_to_array(policies, ' '), relation || ' has exactly its policies')
from (values
  ('tenants', 'within_tenant select_member'),
  ('tenant_domains', 'within_tenant select_member'),
  ('profiles', 'within_tenant select_own_or_permitted update_own'),
  ('identities', 'within_tenant select_own'),
  ('sessions', 'within_tenant select_own'),
  ('sign_in_flows', 'within_tenant'),
  ('invitations', 'within_tenant select_permitted'),
  ('tenant_oauth_clients', 'within_tenant select_admin'),
  ('tenant_usage', 'within_tenant select_member'),
  ('audit_log', 'within_tenant select_permitted'),
  ('mails', 'within_tenant'),
  ('brand_drafts', 'within_tenant'),
  ('brand_images', 'within_tenant'),
  ('brand_versions', 'within_tenant')
) as expected (relation, policies);

-- One heart: the restrictive policy is the same everywhere, for all actions and for everybody.
select is(
  (select array[permissive, cmd, roles::text, qual, coalesce(with_check, qual)] from pg_policies
   where schemaname = 'public' and tablename = relation and policyname = 'within_tenant'),
  array['RESTRICTIVE', 'ALL', '{public}',
    '(tenant_id = ( SELECT app.current_tenant_id() AS current_tenant_id))',
    '(tenant_id = ( SELECT app.current_tenant_id() AS current_tenant_id))'],
  relation || ' is within the tenant, whatever else is allowed'
)
from unnest(array['audit_log', 'brand_drafts', 'brand_images', 'brand_versions', 'identities', 'invitations', 'mails', 'profiles', 'sessions', 'sign_in_flows', 'tenant_domains',
  'tenant_oauth_clients', 'tenant_usage', 'tenants']) as relation;

select policy_cmd_is('public', tablename, policyname, action, tablename || '.' || policyname || ' is for ' || action)
from (values
  ('tenants', 'select_member', 'select'), ('tenant_domains', 'select_member', 'select'),
  ('profiles', 'select_own_or_permitted', 'select'), ('profiles', 'update_own', 'update'),
  ('identities', 'select_own', 'select'), ('sessions', 'select_own', 'select'),
  ('invitations', 'select_permitted', 'select'), ('tenant_oauth_clients', 'select_admin', 'select'),
  ('tenant_usage', 'select_member', 'select'), ('audit_log', 'select_permitted', 'select')
) as expected (tablename, policyname, action);

select is_empty(
  $$select tablename, policyname from pg_policies where schemaname = 'public' and permissive = 'PERMISSIVE' and roles <> '{authenticated}'$$,
  'permissive policies are for authenticated alone'
);
select is_empty(
  $$select tablename, cmd, count(*) from pg_policies where schemaname = 'public' and permissive = 'PERMISSIVE'
    group by tablename, cmd having count(*) > 1$$,
  'one permissive policy per table and action'
);
select is_empty(
  $$select format('%s.%s', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'app') and c.relkind in ('r', 'p') and not c.relrowsecurity$$,
  'row-level security is on everywhere'
);
select is_empty(
  $$select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not exists (
      select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
      where i.indrelid = c.oid and a.attname = 'tenant_id')$$,
  'every table has an index that leads with tenant_id'
);
-- A foreign key between tenant tables that leaves the tenant out would let a row point into another tenant.
select is_empty(
  $$select conrelid::regclass, conname from pg_constraint k
    where contype = 'f' and connamespace = 'public'::regnamespace and not exists (
      select from unnest(k.conkey) as column_number
      join pg_attribute a on a.attrelid = k.conrelid and a.attnum = column_number where a.attname = 'tenant_id')$$,
  'every foreign key carries the tenant'
);
select is_empty(
  $$select conrelid::regclass, conname from pg_constraint k
    where contype = 'f' and connamespace = 'public'::regnamespace and not exists (
      select from pg_index i where i.indrelid = k.conrelid
        and (i.indkey::smallint[])[0:cardinality(k.conkey) - 1] @> k.conkey)$$,
  'every foreign key has its index'
);
select is_empty(
  $$select conrelid::regclass, conname from pg_constraint
    where contype = 'f' and connamespace = 'public'::regnamespace and confdeltype = 'a'$$,
  'every foreign key says what happens on delete'
);
-- Text without a bound is a way to fill the disk.
select is_empty(
  $$select a.attrelid::regclass, a.attname from pg_attribute a
    join pg_class c on c.oid = a.attrelid and c.relkind = 'r' and c.relnamespace in ('public'::regnamespace, 'app'::regnamespace)
    where a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.atttypid in ('text'::regtype, 'jsonb'::regtype) and not exists (
      select from pg_constraint k where k.conrelid = a.attrelid and a.attnum = any (k.conkey) and k.contype in ('c', 'f'))$$,
  'every text and jsonb column has a check or a foreign key'
);

select is_empty(
  $$select c.oid::regclass from pg_class c where c.relnamespace in ('public'::regnamespace, 'app'::regnamespace)
    and c.relkind = 'r' and obj_description(c.oid, 'pg_class') is null$$,
  'every table has a comment'
);
select is_empty(
  $$select a.attrelid::regclass, a.attname from pg_attribute a
    join pg_class c on c.oid = a.attrelid and c.relkind = 'r' and c.relnamespace in ('public'::regnamespace, 'app'::regnamespace)
    where a.attnum > 0 and not a.attisdropped and col_description(a.attrelid, a.attnum) is null$$,
  'every column has a comment'
);
select is_empty(
  $$select p.oid::regprocedure from pg_proc p where p.pronamespace in ('public'::regnamespace, 'app'::regnamespace)
    and obj_description(p.oid, 'pg_proc') is null$$,
  'every function has a comment'
);

select * from finish();
rollback;
