-- A copy has no silos: its triggers would record changes that nobody takes up.
do $$
declare
  found record;
begin
  for found in
    select fired.tgname, fired.tgrelid::regclass as relation
    from pg_trigger as fired join pg_proc as body on body.oid = fired.tgfoid
    where not fired.tgisinternal and body.pronamespace = to_regnamespace('endpoint_sync')
  loop
    execute format('drop trigger %I on %s', found.tgname, found.relation);
  end loop;
end;
$$;
