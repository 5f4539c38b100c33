-- Hostnames: only a verified one routes, and only one tenant has it verified.
begin;
\ir ../fixtures/members.sql
select plan(24);

create function pg_temp.claim(tenant text, domain text) returns text language sql as $$
  select pg_temp.try(format('insert into tenant_domains (tenant_id, domain, domain_type, verification_method, verification_token)
    values (%L, %L, ''custom'', ''dns'', repeat(''t'', 32))', tenant, domain))
$$;
insert into tenant_domains (tenant_id, domain, domain_type, verification_method, verification_token)
values ('partner1', 'Claimed.Example.', 'custom', 'dns', repeat('t', 32));
select is((select domain from tenant_domains where tenant_id = 'partner1' and domain_type = 'custom'), 'claimed.example', 'a claim is normalised');
select is(app.resolve_hostname('claimed.example') -> 'tenant', 'null', 'a claimed hostname does not route');
select is(pg_temp.claim('partner-seo', 'claimed.example'), '1 rows', 'another tenant may claim it as well');
insert into tenant_domains (tenant_id, domain, domain_type, verification_method, verification_token)
values ('partner-seo', 'claimed.example', 'custom', 'dns', repeat('t', 32));

update tenant_domains set verified_at = now() where tenant_id = 'partner1' and domain = 'claimed.example';
select is(app.resolve_hostname('claimed.example') -> 'tenant' ->> 'tenantId', 'partner1', 'whoever verifies it has it');
select is(pg_temp.try($$update tenant_domains set verified_at = now() where tenant_id = 'partner-seo' and domain = 'claimed.example'$$),
  '23505: duplicate key value violates unique constraint "tenant_domains_verified_once"', 'the other one cannot verify it any more');
select is(pg_temp.try($$insert into tenants (tenant_id, name, domain, type) values ('third', 'Third', 'claimed.example', 'custom-domain')$$),
  '23505: duplicate key value violates unique constraint "tenant_domains_verified_once"', 'nor can a new tenant be given it');
update tenant_domains set verified_at = null where tenant_id = 'partner1' and domain = 'claimed.example';
select is(app.resolve_hostname('claimed.example') -> 'tenant', 'null', 'it stops routing when it is not verified any more');

select is(pg_temp.claim(tenant, domain), expected, description)
from (values
  ('partner1', 'cozyartzmedia.com', '23514: the platform''s domain is the primary tenant''s', 'the platform''s domain cannot be claimed'),
  ('partner1', 'shop.cozyartzmedia.com', '23514: "shop.cozyartzmedia.com" is not one free label under cozyartzmedia.com', 'nor a name under it'),
  ('partner1', 'a.partner1.cozyartzmedia.com', '23514: "a.partner1.cozyartzmedia.com" is not one free label under cozyartzmedia.com', 'nor one under one''s own'),
  ('partner1', '192.0.2.1', '23514: "192.0.2.1" is not a domain (A domain has two labels or more of letters, digits and hyphens; no scheme, port, path or IP address.)', 'nor an address')
) as attempt (tenant, domain, expected, description);
select is(pg_temp.try(format('insert into tenant_domains (tenant_id, domain, domain_type, verification_method, verified_at)
  values (%L, %L, %L, ''operator'', now())', tenant, domain, type)), expected, description)
from (values
  ('partner1', 'extra.cozyartzmedia.com', 'subdomain', '1 rows', 'the operator gives a second label'),
  ('partner1', 'www.cozyartzmedia.com', 'subdomain', '23514: "www.cozyartzmedia.com" is not one free label under cozyartzmedia.com', 'but no reserved one'),
  ('partner1', 'extra.example', 'subdomain', '23514: "extra.example" is a custom domain', 'a name elsewhere is no subdomain'),
  ('partner1', 'extra.example', 'primary', '23514: "extra.example" is a custom domain', 'nor primary'),
  ('partner1', 'cozyartzmedia.com', 'primary', '23514: the platform''s domain is the primary tenant''s', 'the platform''s domain is the primary tenant''s')
) as attempt (tenant, domain, type, expected, description);
select is(pg_temp.try($$insert into tenant_domains (tenant_id, domain, domain_type, verification_method) values ('partner1', 'noproof.example', 'custom', 'dns')$$),
  '23514: new row for relation "tenant_domains" violates check constraint "tenant_domains_proof_has_token"', 'proof needs a token');
select is(pg_temp.try($$update tenant_domains set domain = 'other.example' where tenant_id = 'partner1'$$),
  '23514: a hostname is removed and added, never rewritten', 'a hostname is never rewritten');

-- OAuth clients belong to a hostname.
insert into tenant_oauth_clients (tenant_id, hostname, provider, client_id, sealed_secret)
select 'partner-seo', 'partner-seo.com', 'github', 'c', '{"protected": "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwia2lkIjoiZjEifQ", "iv": "aXY", "ciphertext": "Yw", "tag": "dA", "aad": "YQ"}';
select is((select key_id from tenant_oauth_clients), 'f1', 'the key of a secret is read from its header');
select is(pg_temp.try(format('update tenant_oauth_clients set sealed_secret = %L', secret)), expected, description)
from (values
  ('{"protected": "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIiwia2lkIjoiZjEifQ", "iv": "aXY", "ciphertext": "Yw", "tag": "dA", "aad": "YQ"}',
    '23514: new row for relation "tenant_oauth_clients" violates check constraint "tenant_oauth_clients_sealed_secret_check"', 'a secret is A256GCM'),
  ('{"plaintext": "hunter2"}',
    '23502: null value in column "key_id" of relation "tenant_oauth_clients" violates not-null constraint', 'a secret is encrypted'),
  ('{"protected": "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwia2lkIjoiZjEifQ", "iv": "aXY", "ciphertext": "Yw", "tag": "dA", "aad": "YQ", "plaintext": "x"}',
    '23514: new row for relation "tenant_oauth_clients" violates check constraint "tenant_oauth_clients_sealed_secret_check"', 'and nothing beside it')
) as secret (secret, expected, description);
update tenants set domain = 'partner-seo.example' where tenant_id = 'partner-seo';
select is((select count(*)::int from tenant_oauth_clients), 0, 'an OAuth client goes with its hostname');

-- A deletion takes everything along.
delete from tenants where tenant_id = 'partner-seo';
select is((select count(*)::int from tenant_domains where tenant_id = 'partner-seo'), 0, 'hostnames go with the tenant');

select * from finish();
rollback;
