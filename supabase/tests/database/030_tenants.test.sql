-- Tenants: one INSERT makes a portal, and there is always exactly one primary.
begin;
\ir ../fixtures/members.sql
select plan(94);

-- The statement that operators are given.
select lives_ok(
  $$INSERT INTO tenants (tenant_id, name, domain, type) VALUES ('new-partner', 'New Partner Inc', 'new-partner.com', 'custom-domain');$$,
  'four columns make a tenant'
);
select row_eq(
  $$select status, subscription_tier, sign_up, worker, whitelabel_config::text from tenants where tenant_id = 'new-partner'$$,
  row('active'::text, 'starter'::text, 'invite'::text, 'custom-tenant'::text, '{}'::text),
  'it is active, on the smallest plan, by invitation, on the shared Worker'
);
select bag_eq(
  $$select domain, domain_type, ssl_status, dns_configured, verification_method, verified_at is not null
    from tenant_domains where tenant_id = 'new-partner'$$,
  $$values ('new-partner.com', 'custom', 'pending', false, 'operator', true),
    ('new-partner.cozyartzmedia.com', 'subdomain', 'active', true, 'operator', true)$$,
  'its domain is verified by the operator, and it has a way back in under the platform''s domain'
);
select is(
  pg_temp.ask_as('{"role": "anon"}', $$select resolve_hostname('new-partner.com') -> 'tenant' ->> 'tenantId'$$),
  'new-partner', 'and it answers on its domain at once'
);

-- Domains as people write them.
create function pg_temp.stored_domain(given text) returns text language plpgsql as $$
declare
  stored text;
begin
  insert into tenants (tenant_id, name, domain, type) values ('spelling', 'Spelling', given, 'custom-domain')
  returning domain into stored;
  delete from tenants where tenant_id = 'spelling';
  return stored;
end;
$$;
select is(pg_temp.stored_domain(given), expected, 'domain is normalised: ' || given)
from (values
  ('Example.COM', 'example.com'), ('example.com.', 'example.com'), ('a.b.c.example.org', 'a.b.c.example.org'),
  ('xn--mnchen-3ya.example', 'xn--mnchen-3ya.example'), ('3com.example', '3com.example'), ('1.2.3.example', '1.2.3.example'),
  ('cozyartzmedia.com.evil.test', 'cozyartzmedia.com.evil.test'), ('evilcozyartzmedia.com', 'evilcozyartzmedia.com'),
  (repeat('a', 63) || '.example', repeat('a', 63) || '.example'),
  (repeat('a.', 123) || 'example', repeat('a.', 123) || 'example')
) as spelling (given, expected);
select throws_ok(
  format($$insert into tenants (tenant_id, name, domain, type) values ('spelling', 'Spelling', %L, 'custom-domain')$$, given),
  '23514', null, 'domain is refused: ' || given
)
from unnest(array[
  '', '.', 'localhost', 'example..com', '.example.com', 'example.com..', 'exa mple.com', 'exam_ple.com', '-example.com',
  'example-.com', 'https://example.com', 'example.com/', 'example.com:443', '192.0.2.1', '[2001:db8::1]', '2001:db8::1',
  '1.2.3', 'example.0x1f', 'example.123', '*.example.com', 'münchen.example', repeat('a', 64) || '.example',
  repeat('a.', 126) || 'com', E'example.com\n', 'user@example.com', 'ex%61mple.com'
]) as given;
select is(
  pg_temp.try($$insert into tenants (tenant_id, name, domain, type) values ('munich', 'Munich', 'münchen.example', 'custom-domain')$$),
  '23514: "münchen.example" is not an ASCII domain (Write an internationalised domain in punycode: xn--mnchen-3ya.example for münchen.example.)',
  'an internationalised domain gets a hint'
);

-- Types and what they may be called.
select is(pg_temp.try(format('insert into tenants (tenant_id, name, domain, type) values (%L, ''T'', %L, %L)', id, domain, type)), expected, description)
from (values
  ('fresh', 'fresh.cozyartzmedia.com', 'partner-subdomain', '1 rows', 'a partner takes one label'),
  ('fresh', 'a.b.cozyartzmedia.com', 'partner-subdomain', '23514: "a.b.cozyartzmedia.com" is not one free label under cozyartzmedia.com (Partner subdomains are one label deep, and names such as www, admin or mail are reserved.)', 'not two'),
  ('fresh', 'admin.cozyartzmedia.com', 'partner-subdomain', '23514: "admin.cozyartzmedia.com" is not one free label under cozyartzmedia.com (Partner subdomains are one label deep, and names such as www, admin or mail are reserved.)', 'not a reserved one'),
  ('fresh', 'xn--mnchen-3ya.cozyartzmedia.com', 'partner-subdomain', '23514: "xn--mnchen-3ya.cozyartzmedia.com" is not one free label under cozyartzmedia.com (Partner subdomains are one label deep, and names such as www, admin or mail are reserved.)', 'not punycode'),
  ('fresh', 'fresh.example.com', 'partner-subdomain', '23514: "fresh.example.com" is not one free label under cozyartzmedia.com (Partner subdomains are one label deep, and names such as www, admin or mail are reserved.)', 'not under another domain'),
  ('fresh', 'cozyartzmedia.com', 'partner-subdomain', '23514: "cozyartzmedia.com" is not one free label under cozyartzmedia.com (Partner subdomains are one label deep, and names such as www, admin or mail are reserved.)', 'not the platform''s domain itself'),
  ('fresh', 'fresh.cozyartzmedia.com', 'custom-domain', '23514: "fresh.cozyartzmedia.com" is under the platform''s domain (Use the type partner-subdomain.)', 'a custom domain is not under the platform''s'),
  ('mail', 'mail.example', 'custom-domain', '23514: the tenant id "mail" is a reserved name (The tenant also answers on mail.cozyartzmedia.com.)', 'a custom-domain tenant''s id is a free label'),
  ('fresh', 'partner-seo.com', 'custom-domain', '23505: duplicate key value violates unique constraint "tenants_domain_key"', 'not a domain that is taken'),
  ('partner1', 'fresh.example', 'custom-domain', '23505: duplicate key value violates unique constraint "tenants_pkey"', 'not an id that is taken'),
  ('paused', 'fresh.example', 'custom-domain', '23505: duplicate key value violates unique constraint "tenant_domains_verified_once"', 'not an id whose way back in is another''s hostname'),
  ('fresh', 'fresh.example', 'reseller', '23514: new row for relation "tenants" violates check constraint "tenants_type_check"', 'a type is one of three'),
  ('Fresh', 'fresh.example', 'custom-domain', '23514: new row for relation "tenants" violates check constraint "tenants_tenant_id_check"', 'an id is lower case'),
  ('f', 'fresh.example', 'custom-domain', '23514: new row for relation "tenants" violates check constraint "tenants_tenant_id_check"', 'an id has two characters or more'),
  ('-fresh', 'fresh.example', 'custom-domain', '23514: new row for relation "tenants" violates check constraint "tenants_tenant_id_check"', 'an id begins with a letter or digit'),
  ('second', 'second.example', 'primary', '23505: duplicate key value violates unique constraint "tenants_only_one_primary"', 'there is no second primary')
) as attempt (id, domain, type, expected, description);
select is(app.worker_for(type), worker, type || ' is served by ' || worker)
from (values ('primary', 'primary-tenant'), ('partner-subdomain', 'partner-tenant'), ('custom-domain', 'custom-tenant')) as w (type, worker);
select is((select worker from tenants where tenant_id = 'partner1'), 'partner-tenant', 'the Worker follows from the type');

-- Bounds.
select is(pg_temp.try(format('update tenants set %s where tenant_id = ''partner1''', assignment)),
  '23514: new row for relation "tenants" violates check constraint "tenants_' || check_name || '"', assignment || ' is refused')
from (values
  ('name = ''''', 'name_check'), ('name = repeat(''n'', 121)', 'name_check'), ('name = E''two\nlines''', 'name_check'),
  ('status = ''gone''', 'status_check'), ('subscription_tier = ''free''', 'subscription_tier_check'), ('sign_up = ''closed''', 'sign_up_check'),
  ('worker = ''Not a name''', 'worker_check'), ('whitelabel_config = ''[]''', 'whitelabel_config_check'),
  ('whitelabel_config = ''{"logo": "x"}''', 'whitelabel_config_check')
) as bound (assignment, check_name);

-- Exactly one primary, always.
select is(pg_temp.try('delete from tenants where type = ''primary'''), '23514: the primary tenant cannot be deleted', 'the primary is not deleted');
select is(pg_temp.try('delete from tenants'), '23514: the primary tenant cannot be deleted', 'nor with all others');
select is(pg_temp.try('truncate tenants cascade'), '23514: the primary tenant cannot be deleted', 'nor by truncate');
select is(pg_temp.try('update tenants set type = ''custom-domain'' where type = ''primary'''), '23514: the primary tenant cannot become another type', 'nor demoted');
select is(pg_temp.try('update tenants set type = ''primary'' where tenant_id = ''partner-seo'''), '23505: duplicate key value violates unique constraint "tenants_only_one_primary"', 'nobody else is promoted');
select is(pg_temp.try('update tenants set status = ''suspended'' where type = ''primary'''),
  '23514: new row for relation "tenants" violates check constraint "tenants_primary_is_active"', 'the primary is not suspended');
select is(pg_temp.try('update tenants set domain = ''elsewhere.example'' where type = ''primary'''),
  '23514: the platform''s domain cannot change while tenants depend on it', 'the platform''s domain stays while partners are under it');
select is(pg_temp.try('update tenants set tenant_id = ''renamed'' where tenant_id = ''partner1'''), '23514: a tenant id never changes', 'a tenant id never changes');

-- A change of domain or type moves the hostname.
update tenants set domain = 'Moved.Example.' where tenant_id = 'new-partner';
select bag_eq($$select domain from tenant_domains where tenant_id = 'new-partner'$$, array['moved.example', 'new-partner.cozyartzmedia.com'],
  'another domain takes the place of the old one');
update tenants set type = 'partner-subdomain', domain = 'moved.cozyartzmedia.com' where tenant_id = 'new-partner';
select bag_eq($$select domain || ' ' || domain_type from tenant_domains where tenant_id = 'new-partner'$$, array['moved.cozyartzmedia.com subdomain'],
  'another type takes the place of both');
select is((select worker from tenants where tenant_id = 'new-partner'), 'partner-tenant', 'and brings its Worker');
update tenants set worker = 'acme-tenant' where tenant_id = 'new-partner';
update tenants set type = 'custom-domain', domain = 'moved.example' where tenant_id = 'new-partner';
select is((select worker from tenants where tenant_id = 'new-partner'), 'acme-tenant', 'but leaves one that was set by hand');
select is(pg_temp.try($$delete from tenants where tenant_id = 'new-partner'$$), '1 rows', 'a tenant can be deleted');
update tenants set status = 'suspended' where tenant_id = 'new-partner';
select is((select count(*)::int from tenant_domains where tenant_id = 'new-partner'), 2, 'a suspended tenant keeps its hostnames');

-- No member makes a tenant.
select is(pg_temp.try_as(pg_temp.member(tenant, role), $$insert into tenants (tenant_id, name, domain, type)
  values ('mine', 'Mine', 'mine.example', 'custom-domain')$$), '42501: permission denied for table tenants', role || ' of ' || tenant || ' inserts no tenant')
from (values ('partner1', 'client'), ('partner1', 'admin'), ('cozyartzmedia', 'super_admin')) as who (tenant, role);

-- The list of labels is the contract's (a test of the contract's side compares the lists).
select is((select count(*)::int from app.reserved_labels), 51, 'reserved labels are complete');
select is(app.is_reserved_label(label), expected, label || case when expected then ' is' else ' is not' end || ' reserved')
from (values ('www', true), ('admin', true), ('_dmarc', true), ('xn--a', true), ('acme', false), ('wwww', false)) as l (label, expected);

select * from finish();
rollback;

