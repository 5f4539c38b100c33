-- Signing in: flows, identities, invitations, linking. All as role sign_in, through what the Data API exposes.
begin;
\ir ../fixtures/members.sql
select plan(98);

create temp table token as select
  pg_temp.sign_in_token('partner1', 'partner1.cozyartzmedia.com') as one,
  pg_temp.sign_in_token('partner-seo', 'partner-seo.com') as seo,
  pg_temp.sign_in_token('partner-seo', 'partner-seo.cozyartzmedia.com') as seo_back,
  pg_temp.sign_in_token('paused-partner', 'paused.cozyartzmedia.com') as paused;
update tenants set sign_up = 'invite' where tenant_id = 'partner-seo';

create function pg_temp.start(claims jsonb, state text, address text default 'a', link uuid default null) returns text language sql as $$
  select coalesce(pg_temp.ask_as(claims, format('select start_sign_in_flow(%L, ''github'', repeat(''v'', 43), repeat(''n'', 16), repeat(''b'', 32), ''/usage?x=1'', %L, %L)',
    rpad(state, 43, '_'), rpad(address, 43, '_'), link)), '')
$$;
create function pg_temp.consume(claims jsonb, state text) returns jsonb language sql as $$
  select pg_temp.as_json(pg_temp.ask_as(claims, format('select consume_sign_in_flow(%L)', rpad(state, 43, '_'))))
$$;
create function pg_temp.complete(claims jsonb, provider text, subject text, email text, verified boolean, replaces uuid default null) returns jsonb language sql as $$
  select pg_temp.as_json(pg_temp.ask_as(claims, format('select complete_sign_in(%L, %L, %L, %L, ''Grace Hopper'', ''https://avatars.test/g.png'', ''Firefox'', ''192.0.2.7'', ''Berlin, DE'', %L)',
    provider, subject, email, verified, replaces)))
$$;

-- Flows.
select is(pg_temp.start(one, 'first'), '', 'a flow is started') from token;
select is(pg_temp.consume(seo, 'first'), null, 'another tenant does not get it') from token;
select is(pg_temp.consume(one || '{"hostname": "partner-seo.com"}', 'first'), null, 'another hostname does not get it') from token;
select is(pg_temp.consume(one, 'first') - 'codeVerifier' - 'nonce' - 'browserHash',
  '{"provider": "github", "nextPath": "/usage?x=1", "linkSessionId": null, "expired": false}', 'its own host does') from token;
select is(pg_temp.consume(one, 'first'), null, 'once') from token;
select is(pg_temp.start(seo, 'seo'), '', 'a tenant with two hostnames starts on one') from token;
select is(pg_temp.consume(seo_back, 'seo'), null, 'and does not finish on the other') from token;
select is((pg_temp.consume(seo, 'seo') ->> 'expired')::boolean, false, 'but on the one') from token;

select is(pg_temp.start(one, 'late'), '', 'a flow is started') from token;
update sign_in_flows set expires_at = now();
select is((pg_temp.consume(one, 'late') ->> 'expired')::boolean, true, 'after ten minutes it has expired') from token;
select is((select expires_at - created_at from sign_in_flows limit 1), null, 'and is gone all the same');
select is(pg_temp.start(one, 'old'), '', 'a flow is started') from token;
select is((select expires_at - created_at from sign_in_flows), interval '10 minutes', 'a flow lives ten minutes');
update sign_in_flows set expires_at = now() - interval '11 minutes';
select is(pg_temp.start(one, 'next'), '', 'the next start') from token;
select is((select array_agg(rtrim(state_hash, '_')) from sign_in_flows), array['next'], 'clears away what nobody comes back for');
delete from sign_in_flows;

select is(pg_temp.start(one || missing, 'x'), 'PT403: sign_in_scope_missing', 'a token names tenant and hostname: ' || missing::text) from token,
  unnest(array['{"tenant_id": null}', '{"hostname": null}']::jsonb[]) as missing;
select is(pg_temp.start(one || '{"hostname": "partner-seo.com"}', 'x'), 'PT403: tenant_unavailable', 'the hostname is one of the tenant''s') from token;
select is(pg_temp.start(paused, 'x'), 'PT403: tenant_unavailable', 'the tenant is active') from token;
select is(pg_temp.start(one, 'x', 'a', gen_random_uuid()), 'PT401: session_ended', 'linking takes a live session') from token;
select matches(pg_temp.ask_as(one, format('select start_sign_in_flow(repeat(''s'', 43), ''github'', repeat(''v'', 43), repeat(''n'', 16), repeat(''b'', 32), %L, repeat(''a'', 43))', path)),
  '^23514: .*"sign_in_flows_next_path_check"', 'next is a path of this origin: ' || path)
from token, unnest(array['//evil.test', '/\evil.test', 'https://evil.test', '', 'usage', E'/a\nb', E'/\t/evil.test', '/a\b', '/' || repeat('a', 2048)]) as path;

-- The bounds: what holds when nothing in front does.
select is((select count(*)::int from generate_series(1, 20) as n where pg_temp.start(one, 'bound' || n) = ''), 20, 'twenty flows of one address') from token;
select is(pg_temp.start(one, 'bound21'), 'PT429: too_many_sign_ins', 'not twenty-one') from token;
select is(pg_temp.start(one, 'bound22', 'b'), '', 'another address goes on') from token;
select is(pg_temp.start(seo, 'bound23'), '', 'another tenant goes on') from token;
update sign_in_flows set expires_at = now() where rtrim(state_hash, '_') = 'bound1';
select is(pg_temp.start(one, 'bound21'), '', 'an expired one does not count') from token;
insert into sign_in_flows (state_hash, tenant_id, hostname, provider, code_verifier, nonce, browser_hash, next_path, address_hash)
select rpad('full' || n, 43, '_'), 'partner1', 'partner1.cozyartzmedia.com', 'github', repeat('v', 43), repeat('n', 16), repeat('b', 32), '/', rpad('z' || n, 43, '_')
from generate_series(1, 10000 - (select count(*) from sign_in_flows where tenant_id = 'partner1' and expires_at > now())) as n;
select is(pg_temp.start(one, 'over', 'c'), 'PT429: too_many_sign_ins', 'ten thousand flows of one tenant') from token;
delete from sign_in_flows;

-- New people.
create temp table first as select pg_temp.complete(one, 'github', '101', 'Grace@Example.test', true) as said from token;
select is(said - 'sessionId' - 'memberId' - 'absoluteExpiresAt', '{"outcome": "signed_in", "role": "client", "created": true}', 'open sign-up makes a client') from first;
select is((select row(p.tenant_id, p.name, p.email, p.avatar_url, p.status)::text from profiles p where p.id = (said ->> 'memberId')::uuid),
  '(partner1,"Grace Hopper",Grace@Example.test,https://avatars.test/g.png,active)', 'with what the provider said') from first;
select is((select row(s.provider, s.hostname, s.user_agent, s.address, s.location)::text from sessions s where s.id = (said ->> 'sessionId')::uuid),
  '(github,partner1.cozyartzmedia.com,Firefox,192.0.2.7,"Berlin, DE")', 'and a session that says where') from first;
select is((select s.idle_expires_at - s.created_at from sessions s where s.id = (said ->> 'sessionId')::uuid), interval '7 days', 'idle for seven days at most') from first;
select is((select s.absolute_expires_at - s.created_at from sessions s where s.id = (said ->> 'sessionId')::uuid), interval '30 days', 'and thirty days in all') from first;
select is((select (details, actor_id)::text from audit_log where action = 'member.joined' order by created_at desc limit 1),
  (('{"role": "client", "provider": "github"}'::jsonb, (said ->> 'memberId')::uuid))::text, 'the log says who joined') from first;

select is(pg_temp.complete(one, 'github', '102', email, verified) ->> 'outcome', 'email_unverified', 'no account without a verified email: ' || coalesce(email, 'null') || ' ' || coalesce(verified::text, 'null'))
from token, (values ('ann@example.test', false), ('ann@example.test', null), (null, true), ('', true), ('no address', true), (repeat('a', 260) || '@example.test', true)) as e (email, verified);
select is(pg_temp.complete(seo, 'github', '103', 'stranger@example.test', true), '{"outcome": "not_invited"}', 'by invitation means by invitation') from token;
select is(pg_temp.complete(paused, 'github', '104', 'ann@example.test', true), '{"outcome": "tenant_unavailable"}', 'nobody signs in on a suspended tenant') from token;
select is(pg_temp.complete(one || '{"hostname": "partner-seo.com"}', 'github', '101', 'a@b.test', true), '{"outcome": "tenant_unavailable"}', 'nor on a hostname that is another''s') from token;
select is((select count(*)::int from identities where subject in ('102', '103', '104')), 0, 'a refusal leaves nothing behind');

-- The same again.
create temp table again as select pg_temp.complete(one, 'github', '101', 'other@example.test', false) as said from token;
select is(again.said ->> 'memberId', first.said ->> 'memberId', 'a known identity is its member, without a verified email') from again, first;
select is((again.said ->> 'created')::boolean, false, 'and is not made again') from again;
select isnt(again.said ->> 'sessionId', first.said ->> 'sessionId', 'in a session of its own') from again, first;
select is((select email from identities where subject = '101'), 'Grace@Example.test', 'an unverified email changes nothing');
select is(pg_temp.complete(one, 'github', '101', 'new@example.test', true) ->> 'outcome', 'signed_in', 'and again') from token;
select is((select i.email || ' ' || p.email from identities i join profiles p on p.id = i.member_id where subject = '101'), 'new@example.test Grace@Example.test',
  'a verified one is the identity''s, not the member''s');

-- Equal emails are two people until one of them says otherwise.
create temp table twin as select pg_temp.complete(one, 'google', 'g-101', 'grace@example.test', true) as said from token;
select is((twin.said ->> 'created')::boolean, true, 'a second provider with the same email is a new member') from twin;
select isnt(twin.said ->> 'memberId', first.said ->> 'memberId', 'and not the first one') from twin, first;
create temp table elsewhere as select pg_temp.complete(pg_temp.sign_in_token('cozyartzmedia', 'cozyartzmedia.com'), 'github', '101', 'grace@example.test', true) as said;
select isnt(elsewhere.said ->> 'memberId', first.said ->> 'memberId', 'the same identity on another tenant is another member') from elsewhere, first;

-- Invitations.
select is(pg_temp.complete(seo, 'github', '201', 'ADA@example.TEST', true) ->> 'role', 'admin', 'an invitation gives its role, whatever the case of its email') from token;
select is((select (accepted_at is not null, accepted_by = (select member_id from identities where tenant_id = 'partner-seo' and subject = '201'))::text from invitations where tenant_id = 'partner-seo'),
  '(t,t)', 'and is accepted');
select is(pg_temp.complete(seo, 'google', '201', 'ada@example.test', true), '{"outcome": "not_invited"}', 'once') from token;
insert into invitations (tenant_id, email, expires_at) values ('partner-seo', 'late@example.test', now());
insert into invitations (tenant_id, email, revoked_at) values ('partner-seo', 'withdrawn@example.test', now());
insert into invitations (tenant_id, email) values ('partner-seo', 'unverified@example.test'), ('partner1', 'elsewhere@example.test');
select is(pg_temp.complete(seo, 'github', email, email, verified) ->> 'outcome', expected, email || ': ' || expected)
from token, (values ('late@example.test', true, 'not_invited'), ('withdrawn@example.test', true, 'not_invited'),
  ('unverified@example.test', false, 'email_unverified'), ('elsewhere@example.test', true, 'not_invited')) as e (email, verified, expected);
select is(pg_temp.try($$insert into invitations (tenant_id, email) values ('partner-seo', 'UNVERIFIED@example.test')$$),
  '23505: duplicate key value violates unique constraint "invitations_open_once"', 'one open invitation per email');
select is(pg_temp.try(format('insert into invitations (tenant_id, email, tenant_role) values (%L, ''boss@example.test'', ''super_admin'')', tenant)), expected,
  'super admins are invited on the primary tenant alone: ' || tenant)
from (values ('cozyartzmedia', '1 rows'), ('partner1', '23514: super admins are members of the primary tenant')) as t (tenant, expected);
select is(pg_temp.try(format('update profiles set tenant_role = ''super_admin'' where tenant_id = %L', tenant)), expected,
  'and are members of it alone: ' || tenant)
from (values ('cozyartzmedia', '1 rows'), ('partner1', '23514: super admins are members of the primary tenant')) as t (tenant, expected);
select is(pg_temp.try('update profiles set tenant_id = ''partner-seo'' where tenant_id = ''partner1'''), '23514: a member never changes tenant', 'a member never changes tenant');

-- People who may not come back.
update profiles set status = 'suspended' where id = (select (said ->> 'memberId')::uuid from first);
select is(pg_temp.complete(one, 'github', '101', 'grace@example.test', true), '{"outcome": "member_suspended"}', 'a suspended member') from token;
update profiles set status = 'removed' where id = (select (said ->> 'memberId')::uuid from first);
select is(pg_temp.complete(one, 'github', '101', 'grace@example.test', true), '{"outcome": "member_removed"}', 'a removed member') from token;
update profiles set status = 'active' where id = (select (said ->> 'memberId')::uuid from first);

-- The session that the browser held.
select is(pg_temp.complete(one, 'github', '101', null, null, (first.said ->> 'sessionId')::uuid) ->> 'outcome', 'signed_in', 'a sign-in replaces a session') from token, first;
select isnt((select revoked_at from sessions where id = (first.said ->> 'sessionId')::uuid), null, 'which ends') from first;
select is(pg_temp.complete(one, 'github', '101', null, null, (elsewhere.said ->> 'sessionId')::uuid) ->> 'outcome', 'signed_in', 'a session of another tenant') from token, elsewhere;
select is((select revoked_at from sessions where id = (elsewhere.said ->> 'sessionId')::uuid), null, 'is not replaced') from elsewhere;

-- What providers say is text from outside.
create temp table odd as select pg_temp.as_json(pg_temp.ask_as(one, format('select complete_sign_in(''github'', ''odd'', ''odd@example.test'', true, %L, ''javascript:alert(1)'', %L, %L, %L)',
  E'  Two\nLines ' || repeat('x', 300), repeat('u', 2000), repeat('1', 200), ''))) as said from token;
select is((select row(length(name), name like 'Two Lines x%', avatar_url is null)::text from profiles where id = (said ->> 'memberId')::uuid), '(120,t,t)', 'it is bounded, one line, and a picture is https') from odd;
select is((select row(length(user_agent), length(address), location is null)::text from sessions where id = (said ->> 'sessionId')::uuid), '(512,64,t)', 'so is what the browser said') from odd;
select matches(pg_temp.ask_as(one, format('select complete_sign_in(%L, %L, ''x@example.test'', true)', provider, subject)), '^23', 'an identity is never cut to fit: ' || provider)
from token, (values ('github', repeat('9', 256)), ('gitlab', '1'), ('github', '')) as i (provider, subject);

-- Linking: by a signed-in member who asks for it.
create temp table linker as select pg_temp.complete(one, 'github', '301', 'lin@example.test', true) as said from token;
create function pg_temp.link(claims jsonb, session text, subject text) returns text language sql as $$
  select pg_temp.ask_as(claims, format('select link_identity(%L, ''google'', %L, ''lin@example.test'') ->> ''outcome''', session, subject))
$$;
select is(pg_temp.start(one, 'link', 'a', (said ->> 'sessionId')::uuid), '', 'a member starts to link') from token, linker;
select is((pg_temp.consume(one, 'link') ->> 'linkSessionId'), said ->> 'sessionId', 'and comes back with its session') from token, linker;
select is(pg_temp.link(one, said ->> 'sessionId', 'g-301'), 'linked', 'a new identity is linked') from token, linker;
select is(pg_temp.link(one, said ->> 'sessionId', 'g-301'), 'already_linked', 'twice is no harm') from token, linker;
select is(pg_temp.complete(one, 'google', 'g-301', null, null) ->> 'memberId', said ->> 'memberId', 'both lead to one member') from token, linker;
select is(pg_temp.link(one, said ->> 'sessionId', 'g-101'), 'identity_taken', 'somebody else''s stays theirs') from token, linker;
select is(pg_temp.link(seo, said ->> 'sessionId', 'g-302'), 'session_dead', 'a session of another tenant links nothing') from token, linker;
select is(pg_temp.link(one, gen_random_uuid()::text, 'g-302'), 'session_dead', 'a made-up session links nothing') from token;
update sessions set revoked_at = now() where id = (select (said ->> 'sessionId')::uuid from linker);
select is(pg_temp.link(one, said ->> 'sessionId', 'g-302'), 'session_dead', 'a revoked session links nothing') from token, linker;

-- OAuth clients.
insert into tenant_oauth_clients (tenant_id, hostname, provider, client_id, sealed_secret)
values ('partner-seo', 'partner-seo.com', 'github', 'seo-client', '{"protected": "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwia2lkIjoiZjEifQ", "iv": "aXY", "ciphertext": "Yw", "tag": "dA", "aad": "YQ"}');
create function pg_temp.client(claims jsonb, provider text) returns text language sql as $$
  select pg_temp.ask_as(claims, format('select get_oauth_client(%L) ->> ''clientId''', provider))
$$;
select is(pg_temp.client(seo, 'github'), 'seo-client', 'a hostname has its client') from token;
select is(pg_temp.client(seo, 'google'), null, 'for that provider') from token;
select is(pg_temp.client(seo_back, 'github'), null, 'on that hostname') from token;
select is(pg_temp.client(one || '{"hostname": "partner-seo.com"}', 'github'), null, 'of that tenant') from token;
update tenant_oauth_clients set enabled = false;
select is(pg_temp.client(seo, 'github'), null, 'while it is enabled') from token;

select * from finish();
rollback;
