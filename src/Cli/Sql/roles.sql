-- Makes the roles and gives them what they need. Run it in the database as a superuser; it may be repeated.
do $do$
declare
  owner constant text := current_setting('endpointsync.owner');
  silo constant text := current_setting('endpointsync.silo');
  monitor constant text := current_setting('endpointsync.monitor');
  ours constant text := current_setting('endpointsync.ours');
  database_owner constant text := pg_get_userbyid(datdba) from pg_database where datname = current_database();
  granted text;
begin
  foreach granted in array array[owner, silo, monitor] loop
    if not exists (select from pg_roles where rolname = granted) then
      execute format('create role %I %s', granted, case granted when owner then 'nologin' else 'login' end);
    end if;
  end loop;
  if exists (
    select from pg_roles where rolname in (silo, monitor)
      and (rolsuper or pg_has_role(oid, (select oid from pg_roles where rolname = owner), 'member'))) then
    raise exception 'Role % or % is a superuser or a member of %. Choose other names.', silo, monitor, owner;
  end if;
  if database_owner in (silo, monitor) then
    raise exception 'Role % owns the database. Give it to another role, or choose another name.', database_owner;
  end if;
  execute format('grant connect on database %I to %I, %I', current_database(), silo, monitor);

  if to_regnamespace(quote_ident(ours)) is null then
    execute format('create schema %I authorization %I', ours, owner);
  end if;
  -- What silos installed before there were these roles. A row's sequence and a table's index follow the table.
  execute format('alter schema %I owner to %I', ours, owner);
  for granted in
    select format('alter %s %s owner to %I', case relkind when 'v' then 'view' else 'table' end, oid::regclass, owner)
    from pg_class where relnamespace = to_regnamespace(quote_ident(ours)) and relkind in ('r', 'v')
    union all
    select format('alter routine %s owner to %I', oid::regprocedure, owner)
    from pg_proc where pronamespace = to_regnamespace(quote_ident(ours))
  loop
    execute granted;
  end loop;
  execute format('revoke create on database %I from %I, %I', current_database(), silo, monitor);

  -- Odoo dumps, copies and drops the database as its owner: the dump reads our tables, and sessions have to be ended.
  foreach granted in array array[owner, silo, monitor] loop
    if ours = 'endpoint_sync' and not pg_has_role(database_owner, granted, 'usage') then
      execute format('grant %I to %I', granted, database_owner);
    end if;
  end loop;
end;
$do$;
