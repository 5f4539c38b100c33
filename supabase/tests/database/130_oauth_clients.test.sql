-- Administering OAuth clients: saved off, tested by signing in, switched on; a secret goes in and never comes out.
begin;
\ir ../fixtures/members.sql
select plan(85);

create temp table people as select
  pg_temp.member('partner1', 'admin') as one, pg_temp.member('partner1', 'client') as client,
  pg_temp.member('partner1', 'admin') as narrowed, pg_temp.member('partner1', 'client') as widened,
  pg_temp.member('partner1', 'admin') as revoked, pg_temp.member('partner1', 'admin') as removed,
  pg_temp.member('partner-seo', 'admin') as seo, pg_temp.member('paused-partner', 'admin') as paused;
update profiles set tenant_permissions = '{"domains": false}' where id = (select (narrowed ->> 'sub')::uuid from people);
update profiles set tenant_permissions = '{"domains": true}' where id = (select (widened ->> 'sub')::uuid from people);
update sessions set revoked_at = now() where id = (select (revoked ->> 'session_id')::uuid from people);
update profiles set status = 'removed' where id = (select (removed ->> 'sub')::uuid from people);

create function pg_temp.sealed(aad text) returns jsonb language sql as $$
  select jsonb_build_object('protected', 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwia2lkIjoiZjEifQ', 'iv', 'aXY',
    'ciphertext', 'c2VjcmV0', 'tag', 'dA', 'aad', translate(encode(convert_to(aad, 'UTF8'), 'base64'), '+/=' || chr(10), '-_'))
$$;
create function pg_temp.save(claims jsonb, hostname text, provider text, sealed jsonb, client_id text default 'own-client')
returns text language sql as $$
  select pg_temp.ask_as(claims, format('select save_oauth_client(%L, %L, %L, %L)::text', hostname, provider, client_id, sealed))
$$;
create function pg_temp.switch(claims jsonb, enable boolean) returns text language sql as $$
  select pg_temp.ask_as(claims, format('select switch_oauth_client(''partner1.cozyartzmedia.com'', ''github'', %L)::text', enable))
$$;
create function pg_temp.start(claims jsonb, state text, provider text default 'github') returns text language sql as $$
  select pg_temp.ask_as(claims, format('select start_oauth_client_test(%L, %L, %L, %L, %L, %L)', rpad(state, 40, 's'), provider,
    repeat('v', 43), repeat('n', 16), repeat('b', 32), repeat('a', 16)))
$$;
create function pg_temp.consume(claims jsonb, state text) returns jsonb language sql as $$
  select pg_temp.as_json(pg_temp.ask_as(claims, format('select consume_oauth_client_test(%L)', rpad(state, 40, 's'))))
$$;
create function pg_temp.record(claims jsonb, revision text, session text) returns text language sql as $$
  select pg_temp.ask_as(claims, format('select record_oauth_client_test(''github'', %L, %L)', revision, session))
$$;
create temp view own_client as select enabled, tested_at, revision, client_id from tenant_oauth_clients
where (tenant_id, hostname, provider) = ('partner1', 'partner1.cozyartzmedia.com', 'github');
create temp table good as select pg_temp.sealed('["partner1","partner1.cozyartzmedia.com","github"]') as secret;

-- Everything, for everybody who must not.
select is(pg_temp.ask_as(who, call), expected, name || ': ' || call)
from people, lateral (values
  ('a client', client, 'PT403: permission_denied'), ('an admin without the permission', narrowed, 'PT403: permission_denied'),
  ('a revoked session', revoked, 'PT401: session_ended'), ('a removed member', removed, 'PT401: session_ended'),
  ('a suspended tenant', paused, 'PT401: session_ended')
) as actor (name, who, expected), unnest(array[
  'select list_oauth_clients()', 'select save_oauth_client(''partner1.cozyartzmedia.com'', ''github'', ''c'', ''{}'')::text',
  'select switch_oauth_client(''partner1.cozyartzmedia.com'', ''github'', true)::text',
  'select delete_oauth_client(''partner1.cozyartzmedia.com'', ''github'')::text',
  'select start_oauth_client_test(''s'', ''github'', ''v'', ''n'', ''b'', ''a'')'
]) as call;
select is(pg_temp.try_as(sign_in, 'select save_oauth_client(''partner1.cozyartzmedia.com'', ''github'', ''c'', ''{}'')'),
  '42501: permission denied for function save_oauth_client', 'role sign_in saves nothing')
from pg_temp.sign_in_token('partner1', 'partner1.cozyartzmedia.com') as sign_in;
select is(pg_temp.try_as(one, call), '42501: permission denied for function ' || function, 'a member does not ' || function)
from people, (values ('consume_oauth_client_test', 'select consume_oauth_client_test(''s'')'),
  ('record_oauth_client_test', 'select record_oauth_client_test(''github'', gen_random_uuid(), gen_random_uuid())'),
  ('get_oauth_client', 'select get_oauth_client(''github'')')) as asked (function, call);

-- Saving.
select is(pg_temp.save(who, hostname, provider, pg_temp.sealed(aad), id), expected, description)
from people, lateral (values
  (one, 'partner-seo.com', 'github', '["partner1","partner-seo.com","github"]', 'c', 'PT404: not_found', 'not on another tenant''s hostname'),
  (seo, 'partner1.cozyartzmedia.com', 'github', '["partner-seo","partner1.cozyartzmedia.com","github"]', 'c', 'PT404: not_found', 'nor the other way round'),
  (one, 'nobody.example', 'github', '["partner1","nobody.example","github"]', 'c', 'PT404: not_found', 'nor on nobody''s'),
  (one, 'partner1.cozyartzmedia.com', 'gitlab', '["partner1","partner1.cozyartzmedia.com","gitlab"]', 'c', 'PT422: validation_failed', 'for a provider that we know'),
  (one, 'partner1.cozyartzmedia.com', 'github', '["partner1","partner1.cozyartzmedia.com","github"]', '', 'PT422: validation_failed', 'with an id'),
  (one, 'partner1.cozyartzmedia.com', 'github', '["partner1","partner1.cozyartzmedia.com","github"]', repeat('c', 256), 'PT422: validation_failed', 'of bounded length'),
  (one, 'partner1.cozyartzmedia.com', 'github', '["partner-seo","partner1.cozyartzmedia.com","github"]', 'c', 'PT422: validation_failed', 'a secret is of this tenant'),
  (one, 'partner1.cozyartzmedia.com', 'github', '["partner1","partner-seo.com","github"]', 'c', 'PT422: validation_failed', 'of this hostname'),
  (one, 'partner1.cozyartzmedia.com', 'github', '["partner1","partner1.cozyartzmedia.com","google"]', 'c', 'PT422: validation_failed', 'of this provider')
) as attempt (who, hostname, provider, aad, id, expected, description);
select is(pg_temp.save(one, 'partner1.cozyartzmedia.com', 'github', sealed), 'PT422: validation_failed', 'no secret: ' || coalesce(sealed::text, 'null'))
from people, good, lateral (values (secret || '{"protected": "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIiwia2lkIjoiZjEifQ"}'::jsonb), ('{"plaintext": "hunter2"}'::jsonb),
  ('"text"'::jsonb), (secret || '{"protected": "%%%"}'::jsonb), (null::jsonb)) as wrong (sealed);
select is((select count(*)::int from tenant_oauth_clients), 0, 'nothing of that was kept');
insert into tenant_domains (tenant_id, domain, domain_type, verification_method, verification_token)
values ('partner1', 'claimed.example', 'custom', 'dns', repeat('t', 20));
select is(pg_temp.save(one, 'claimed.example', 'github', pg_temp.sealed('["partner1","claimed.example","github"]')), 'PT404: not_found', 'a claimed hostname is not yet one') from people;
select is(pg_temp.save(widened, 'partner1.cozyartzmedia.com', 'github', secret), null, 'whoever has the permission saves') from people, good;
select is((select row(enabled, tested_at, client_id)::text from own_client), '(f,,own-client)', 'it is off, and untested');
select is((select details from audit_log where action = 'oauth_client.saved'),
  '{"hostname": "partner1.cozyartzmedia.com", "provider": "github", "clientId": "own-client", "keyId": "f1"}', 'the log names it without its secret');
select is(jsonb_path_query_first(listed, '$.hostnames[0].clients[0]') - 'updatedAt',
  '{"provider": "github", "clientId": "own-client", "keyId": "f1", "enabled": false, "testedAt": null}', 'the list shows it without its secret')
from people, lateral (select pg_temp.as_json(pg_temp.ask_as(one, 'select list_oauth_clients()')) as listed) as asked;
select is(jsonb_path_query_array(listed, '$.hostnames[*].hostname') || (listed -> 'wayBackIn'), expected, 'hostnames, and the way back in')
from people, lateral (values (one, '["partner1.cozyartzmedia.com", "partner1.cozyartzmedia.com"]'::jsonb),
  (seo, '["partner-seo.com", "partner-seo.cozyartzmedia.com", "partner-seo.cozyartzmedia.com"]'::jsonb)) as asking (who, expected),
  lateral (select pg_temp.as_json(pg_temp.ask_as(who, 'select list_oauth_clients()')) as listed) as asked;
select is(pg_temp.try_as(one, 'select sealed_secret from tenant_oauth_clients'), '42501: permission denied for table tenant_oauth_clients', 'no member reads a secret') from people;
select is(pg_temp.try_as(who, 'select provider from tenant_oauth_clients'), expected, 'the permission decides who reads the table')
from people, lateral (values (one, '1 rows'), (widened, '1 rows'), (narrowed, '0 rows'), (client, '0 rows'), (seo, '0 rows')) as reader (who, expected);

-- Testing.
create temp table token as select pg_temp.sign_in_token('partner1', 'partner1.cozyartzmedia.com') as here,
  pg_temp.sign_in_token('partner-seo', 'partner-seo.com') as there;
select is(pg_temp.switch(one, true), 'PT409: client_untested', 'an untested client is not switched on') from people;
select is(pg_temp.start(one, 'google', 'google'), 'PT404: not_found', 'there is nothing to test for the other provider') from people;
select is(pg_temp.start(seo, 'seo'), 'PT404: not_found', 'nor for another tenant') from people;
select is(pg_temp.start(one, 'first'), 'own-client', 'a test starts with the disabled client') from people;
select is(pg_temp.ask_as(here, 'select get_oauth_client(''github'')'), null, 'which signs nobody in') from token;
select is(pg_temp.ask_as(here, format('select consume_sign_in_flow(%L)', rpad('first', 40, 's'))), null, 'a test is no sign-in') from token;
select is(pg_temp.consume(there, 'first'), null, 'another tenant does not finish it') from token;
create temp table tested as select pg_temp.consume(here, 'first') as flow from token;
select is(flow - 'sessionId' - 'revision', jsonb_build_object('provider', 'github', 'codeVerifier', repeat('v', 43), 'nonce', repeat('n', 16),
  'browserHash', repeat('b', 32), 'expired', false, 'client', jsonb_build_object('clientId', 'own-client', 'sealedSecret', secret)),
  'it comes out with its client') from tested, good;
select is(pg_temp.consume(here, 'first'), null, 'once') from token;
select is(pg_temp.record(there, flow ->> 'revision', flow ->> 'sessionId'), 'PT401: session_ended', 'nor does another tenant vouch for it') from tested, token;
select is(pg_temp.record(here, gen_random_uuid()::text, flow ->> 'sessionId'), 'false', 'a test of another client proves nothing') from tested, token;
select is(pg_temp.record(here, flow ->> 'revision', gen_random_uuid()::text), 'PT401: session_ended', 'nor does one of nobody') from tested, token;
select is((select tested_at from own_client), null, 'it is still untested');
select is(pg_temp.record(here, flow ->> 'revision', flow ->> 'sessionId'), 'true', 'a test that succeeded is written down') from tested, token;
select is((select actor_id from audit_log where action = 'oauth_client.tested'), (one ->> 'sub')::uuid, 'with who made it') from people;

-- Switching.
select is(pg_temp.switch(one, true), null, 'a tested client is switched on') from people;
select is(app.resolve_hostname('partner1.cozyartzmedia.com') #> '{tenant,providers}', '["github"]', 'the portal offers it');
select is(pg_temp.start(one, 'second'), 'own-client', 'a client that is on can be tested, too') from people;
select is(pg_temp.save(one, 'partner1.cozyartzmedia.com', 'github', secret, 'another-client'), null, 'a change is saved') from people, good;
select is((select row(enabled, tested_at)::text from own_client), '(f,)', 'switches it off, and forgets the test');
select is(pg_temp.consume(here, 'second') -> 'client', 'null', 'a test that was under way has lost its client') from token;
select is(pg_temp.record(here, flow ->> 'revision', flow ->> 'sessionId'), 'false', 'and an old one vouches for nothing') from tested, token;
select is(pg_temp.switch(one, false), null, 'off twice is no harm') from people;
select is(pg_temp.ask_as(seo, 'select delete_oauth_client(''partner1.cozyartzmedia.com'', ''github'')::text'), 'PT404: not_found', 'another tenant removes nothing') from people;
select is(pg_temp.ask_as(one, 'select delete_oauth_client(''partner1.cozyartzmedia.com'', ''github'')::text'), null, 'its own does') from people;
select is((select count(*)::int from own_client), 0, 'and it is gone, secret and all');
select is((select array_agg(action order by action) from audit_log where action like 'oauth_client.%'),
  array['oauth_client.enabled', 'oauth_client.removed', 'oauth_client.saved', 'oauth_client.saved', 'oauth_client.tested'], 'the log has each step');
select is((select count(*)::int from audit_log where details::text like '%c2VjcmV0%'), 0, 'and no secret');

select * from finish();
rollback;
