-- The guard: PostgREST runs it before every request, after it has verified the token and taken its role.
--
-- PostgREST honours any role that `authenticator` may take, and whoever can sign a token names the role: service_role
-- passes row-level security by. Revoking it from authenticator only warns on a hosted project. So the guard admits our
-- roles by name and refuses everything else.

create function app.guard() returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  -- Inside a definer function current_user is the owner; the role of the request is this setting.
  request_role text := current_setting('role', true);
  token jsonb := app.claims();
  issuer text;
begin
  if request_role = 'anon' then
    return;
  elsif request_role is null or request_role not in ('authenticated', 'sign_in', 'platform_jobs') then
    raise exception using errcode = 'PT403', message = 'role_refused';
  end if;
  select setting.value into issuer from app.settings as setting where setting.key = 'jwt_issuer';
  -- Supabase Auth of the project signs tokens of role authenticated as well; only ours name a session.
  if issuer is null or token ->> 'iss' is distinct from issuer or token ->> 'role' is distinct from request_role then
    raise exception using errcode = 'PT403', message = 'issuer_refused';
  end if;
  if request_role = 'authenticated' then
    perform app.require_tenant_id();
  end if;
end;
$$;
comment on function app.guard() is
  'Pre-request function: 403 for a role or issuer that is not ours, 401 session_ended for a member whose session, profile '
  'or tenant is not alive. Row-level security alone would answer such a request with an empty list.';
grant execute on function app.guard() to anon, authenticated, service_role, sign_in, platform_jobs;

alter role authenticator set pgrst.db_pre_request = 'app.guard';
notify pgrst, 'reload config';
notify pgrst, 'reload schema';
