-- The audit log is read by permission, as everything else that is administered; with that nothing asks for a role alone.

drop policy select_admin on public.audit_log;
create policy select_permitted on public.audit_log for select to authenticated
  using ((select app.has_permission('audit')));
drop function app.is_tenant_admin();
