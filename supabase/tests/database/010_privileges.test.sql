-- Who may do what at all, before any row is looked at.
begin;
\ir ../fixtures/members.sql
select plan(35);

create temp view executable as
select r.rolname::text as role, p.oid::regprocedure::text as function
from pg_proc p cross join pg_roles r
where p.pronamespace in ('public'::regnamespace, 'app'::regnamespace)
  and r.rolname in ('anon', 'authenticated', 'service_role', 'sign_in', 'platform_jobs')
  and has_function_privilege(r.oid, p.oid, 'execute')
  and p.oid::regprocedure::text <> 'app.guard()';

select bag_eq(
  $$select function from executable where role = 'anon'$$,
  array['resolve_hostname(text)', 'app.resolve_hostname(text)'],
  'anon executes the resolver and nothing else'
);
select bag_eq(
  $$select function from executable where role = 'sign_in' and function not like 'app.%'$$,
  array[
    'start_sign_in_flow(text,text,text,text,text,text,text,uuid)', 'consume_sign_in_flow(text)',
    'complete_sign_in(text,text,text,boolean,text,text,text,text,text,uuid)', 'link_identity(uuid,text,text,text)',
    'get_oauth_client(text)', 'consume_oauth_client_test(text)', 'record_oauth_client_test(text,uuid,uuid)'
  ],
  'sign_in executes exactly what signing in takes'
);
select bag_eq(
  $$select function from executable where role = 'sign_in' and function like 'app.%'$$,
  array[
    'app.start_sign_in_flow(text,text,text,text,text,text,text,uuid)', 'app.consume_sign_in_flow(text)',
    'app.complete_sign_in(text,text,text,boolean,text,text,text,text,text,uuid)',
    'app.link_identity(uuid,text,text,text)', 'app.get_oauth_client(text)',
    'app.consume_oauth_client_test(text)', 'app.record_oauth_client_test(text,uuid,uuid)'
  ],
  'sign_in executes the same behind the wrappers'
);
select bag_eq(
  $$select function from executable where role = 'authenticated' and function not like 'app.%'$$,
  array[
    'check_session()', 'renew_session()', 'revoke_session(uuid)', 'revoke_all_sessions()', 'get_me()', 'get_usage()',
    'admin_list_tenants(text,integer)', 'admin_set_tenant_status(text,text)',
    'list_members(text,text,text,text,boolean,text,uuid,integer)', 'get_member(uuid)',
    'update_member(uuid,text,text,text)', 'remove_member(uuid)', 'invite(text,text)', 'import_invitations(text[],text[])',
    'resend_invitation(uuid)', 'revoke_invitation(uuid)',
    'list_invitations(text,timestamp with time zone,uuid,integer)', 'get_sign_up()', 'set_sign_up(text,text[])',
    'list_oauth_clients()', 'save_oauth_client(text,text,text,text)', 'switch_oauth_client(text,text,boolean)',
    'delete_oauth_client(text,text)', 'start_oauth_client_test(text,text,text,text,text,text)', 'get_branding()',
    'save_brand_draft(jsonb,integer,integer)', 'discard_brand_draft(integer)', 'publish_brand(integer,integer,text,jsonb)',
    'add_brand_image(text,text,integer,integer,integer)',
    'list_brand_versions(integer,integer)', 'get_brand_version(integer)',
    'restore_brand_version(integer,integer,text,jsonb)', 'get_setup()'
  ],
  'authenticated executes exactly these'
);
select bag_eq(
  $$select function from executable where role = 'authenticated' and function like 'app.%'$$,
  array[
    'app.check_session()', 'app.renew_session()', 'app.revoke_session(uuid)', 'app.revoke_all_sessions()',
    'app.list_oauth_clients()', 'app.save_oauth_client(text,text,text,text)',
    'app.switch_oauth_client(text,text,boolean)', 'app.delete_oauth_client(text,text)',
    'app.start_oauth_client_test(text,text,text,text,text,text)',
    'app.get_me()', 'app.get_usage()', 'app.admin_list_tenants(text,integer)', 'app.admin_set_tenant_status(text,text)',
    'app.current_tenant_id()', 'app.current_member_id()', 'app.has_permission(text)',
    'app.list_members(text,text,text,text,boolean,text,uuid,integer)', 'app.get_member(uuid)',
    'app.change_member(uuid,text,jsonb,text)', 'app.is_line(text,integer)', 'app.is_email(text)',
    'app.is_permission_set(jsonb)', 'app.invite(text,text)', 'app.import_invitations(text[],text[])',
    'app.resend_invitation(uuid)', 'app.revoke_invitation(uuid)',
    'app.list_invitations(text,timestamp with time zone,uuid,integer)', 'app.get_sign_up()',
    'app.set_sign_up(text,text[])', 'app.get_branding()', 'app.save_brand_draft(jsonb,integer,integer)',
    'app.discard_brand_draft(integer)', 'app.publish_brand(integer,integer,text,jsonb)',
    'app.add_brand_image(text,text,integer,integer,integer)',
    'app.list_brand_versions(integer,integer)', 'app.get_brand_version(integer)',
    'app.restore_brand_version(integer,integer,text,jsonb)', 'app.get_setup()'
  ],
  'authenticated executes the same behind the wrappers, and what policies and checks ask'
);
select bag_eq(
  $$select function from executable where role = 'platform_jobs'$$,
  array[
    'purge_expired()', 'app.purge_expired()', 'claim_mails(integer)', 'app.claim_mails(integer)',
    'finish_mail(uuid,integer,text,text)', 'app.finish_mail(uuid,integer,text,text)'
  ],
  'platform_jobs executes the purge and what sending mails takes'
);
select is_empty($$select function from executable where role = 'service_role'$$, 'service_role executes nothing of ours');
select is(
  has_function_privilege(role, 'app.guard()', 'execute'), true, role || ' meets the guard'
) from unnest(array['anon', 'authenticated', 'service_role', 'sign_in', 'platform_jobs']) as role;

select is_empty(
  $$select p.oid::regprocedure from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prosecdef$$,
  'no definer function in public'
);
select is_empty(
  $$select p.oid::regprocedure from pg_proc p where p.pronamespace in ('public'::regnamespace, 'app'::regnamespace)
    and not coalesce(p.proconfig @> array['search_path=""'], false)$$,
  'every function has an empty search path'
);
select is_empty(
  $$select p.oid::regprocedure from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prosqlbody is null$$,
  'what the Data API calls has a body that is bound when it is made'
);
-- An ACL of null would be the default: execute for everybody.
select is_empty(
  $$select p.oid::regprocedure from pg_proc p where p.pronamespace in ('public'::regnamespace, 'app'::regnamespace)
    and (p.proacl is null or exists (select from aclexplode(p.proacl) a where a.grantee = 0))$$,
  'nothing is executable by public'
);
select is_empty(
  $$select n.nspname from pg_namespace n, aclexplode(n.nspacl) a where n.nspname = 'app' and a.privilege_type = 'CREATE'
    and a.grantee <> n.nspowner$$,
  'nobody else creates in app'
);

create temp view held as
select r.rolname::text as role, c.relname::text as relation, privilege
from pg_class c cross join pg_roles r
cross join unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger', 'maintain']) as privilege
where c.relnamespace in ('public'::regnamespace, 'app'::regnamespace) and c.relkind in ('r', 'v', 'm', 'S')
  and r.rolname in ('anon', 'authenticated', 'service_role', 'sign_in', 'platform_jobs')
  and case when privilege in ('select', 'insert', 'update', 'references')
    then has_any_column_privilege(r.oid, c.oid, privilege) else has_table_privilege(r.oid, c.oid, privilege) end;

select is_empty(format('select relation, privilege from held where role = %L', role), role || ' holds no table')
from unnest(array['anon', 'service_role', 'sign_in', 'platform_jobs']) as role;
select bag_eq(
  $$select relation || ' ' || privilege from held where role = 'authenticated'$$,
  array[
    'tenants select', 'tenant_domains select', 'profiles select', 'profiles update', 'identities select',
    'sessions select', 'invitations select', 'tenant_oauth_clients select', 'tenant_usage select', 'audit_log select'
  ],
  'authenticated reads nine tables and writes one'
);
select is_empty(
  $$select c.relname, a.privilege_type from pg_class c, aclexplode(c.relacl) a
    where c.relnamespace = 'public'::regnamespace and a.grantee <> c.relowner$$,
  'grants name columns'
);
select bag_eq(
  $$select attname::text from pg_attribute where attrelid = 'public.profiles'::regclass
    and has_column_privilege('authenticated', attrelid, attnum, 'update')$$,
  array['name'], 'a member changes its name and nothing else'
);
select is(has_column_privilege('authenticated', 'public.tenant_oauth_clients', 'sealed_secret', 'select'), false,
  'no member reads the secret of an OAuth client, not even encrypted');
select is(has_column_privilege('authenticated', 'public.tenants', 'worker', 'select'), false, 'no member reads the name of its Worker');

select is_empty(
  $$select rolname from pg_roles where rolname in ('anon', 'authenticated', 'sign_in', 'platform_jobs')
    and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolcanlogin or rolinherit)$$,
  'our API roles have no powers of their own'
);
select is_empty(
  $$select m.member::regrole, m.roleid::regrole from pg_auth_members m
    where m.member in ('anon'::regrole, 'authenticated'::regrole, 'sign_in'::regrole, 'platform_jobs'::regrole)$$,
  'our API roles are members of no role'
);
select is(pg_has_role('authenticator', role, 'set'), true, 'authenticator may become ' || role)
from unnest(array['anon', 'authenticated', 'sign_in', 'platform_jobs']) as role;
select is(
  (select setconfig @> array['pgrst.db_pre_request=app.guard'] from pg_db_role_setting
   where setrole = 'authenticator'::regrole and setdatabase = 0),
  true, 'PostgREST runs the guard before every request'
);

-- What a later migration makes starts with nothing granted.
create function public.made_later() returns integer language sql return 1;
create table public.made_later (id integer);
create function app.made_later() returns integer language sql return 1;
select is_empty(
  $$select r.rolname from pg_roles r where r.rolname in ('anon', 'authenticated', 'service_role', 'sign_in', 'platform_jobs')
    and (has_function_privilege(r.oid, 'public.made_later()', 'execute') or has_function_privilege(r.oid, 'app.made_later()', 'execute'))$$,
  'a new function is executable by nobody'
);
select is_empty(
  $$select r.rolname from pg_roles r where r.rolname in ('anon', 'authenticated', 'service_role', 'sign_in', 'platform_jobs')
    and has_any_column_privilege(r.oid, 'public.made_later', 'select, insert, update')$$,
  'a new table is open to nobody'
);

select * from finish();
rollback;
