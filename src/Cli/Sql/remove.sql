-- Takes everything of EndpointSync's out of a registry's database. Odoo's tables and their rows stay as they are. Run
-- it as a superuser or the database's owner; it may be repeated. If it finds a table busy twelve times, nothing has
-- changed: run it again.
do $do$
declare
  roles constant oid[] := array(
    select oid from pg_roles where rolname in (
      current_setting('endpointsync.owner'), current_setting('endpointsync.silo'),
      current_setting('endpointsync.monitor')));
  statement text;
  silos text;
begin
  select string_agg(distinct application_name, ', ') into silos from pg_stat_activity
  where datname = current_database() and starts_with(application_name, 'EndpointSync/');
  if silos is not null and current_setting('endpointsync.force') <> 'true' then
    raise exception 'Silos still use this database: %. Take the registry out of their settings and restart them first. '
      'sql remove --force removes all the same.', silos;
  end if;
  for attempt in 1..12 loop
    begin
      -- Odoo's writers queue up behind whoever waits for their table, so the wait is short.
      perform set_config('lock_timeout', '200ms', true);
      for statement in
        select format('drop trigger %I on %s', fired.tgname, fired.tgrelid::regclass)
        from pg_trigger as fired join pg_proc as body on body.oid = fired.tgfoid
        where not fired.tgisinternal and body.pronamespace = to_regnamespace('endpoint_sync')
      loop
        execute statement;
      end loop;
      drop schema if exists endpoint_sync cascade;
      exit;
    exception when lock_not_available or deadlock_detected then
      if attempt = 12 then
        raise;
      end if;
      perform pg_sleep(0.2 * attempt);
    end;
  end loop;

  -- The rights that sql roles gave. The roles themselves may be in use in other databases, and in this one too, if the
  -- cluster has its schema here.
  for statement in
    select distinct format(
      'revoke all on %s %s from %I', case found.relkind when 'S' then 'sequence' else 'table' end, found.oid::regclass,
      pg_get_userbyid(held.grantee))
    from pg_class as found,
      lateral (
        select grantee from aclexplode(found.relacl)
        union
        select given.grantee from pg_attribute as attribute, aclexplode(attribute.attacl) as given
        where attribute.attrelid = found.oid) as held
    where held.grantee = any(roles) and held.grantee <> found.relowner
      and found.relnamespace is distinct from to_regnamespace('orleans')
    union
    select format('revoke all on schema %I from %I', found.nspname, pg_get_userbyid(held.grantee))
    from pg_namespace as found, aclexplode(found.nspacl) as held
    where held.grantee = any(roles) and held.grantee <> found.nspowner
      and found.nspname <> 'orleans'
    union
    select format('revoke all on database %I from %I', found.datname, pg_get_userbyid(held.grantee))
    from pg_database as found, aclexplode(found.datacl) as held
    where found.datname = current_database() and held.grantee = any(roles) and held.grantee <> found.datdba
      and to_regnamespace('orleans') is null
  loop
    execute statement;
  end loop;
end;
$do$;
