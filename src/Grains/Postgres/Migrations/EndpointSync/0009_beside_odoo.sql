-- What the bumps that are due are for. A bump that is not made yet keeps what it was for.
alter table endpoint_sync.state
  add column routes_changed boolean not null default true,
  -- An endpoint's route or app changed, or an edit of it was undone: the app that an Odoo worker keeps for a root path
  -- may be another one's.
  add column apps_changed boolean not null default true;

-- The signals by which Odoo's workers drop their caches, as far as this database has them: one sequence for all caches
-- in Odoo 16, one for each cache in 17 and 18, one table for each in 19. Routes are in "routing", the apps behind them
-- in "default". The cure is null if this role may send the signal.
create function endpoint_sync.odoo_signals(schema_name text)
returns table (relation regclass, is_table boolean, of_routes boolean, of_apps boolean, cure text)
language sql stable set search_path = pg_catalog, pg_temp as $$
  select found.oid::regclass, found.relkind = 'r', wanted.of_routes, wanted.of_apps,
    case
      when found.relkind = 'S' then
        case when not has_sequence_privilege(found.oid, 'USAGE, UPDATE')
          then format('GRANT USAGE ON SEQUENCE %s TO %I;', found.oid::regclass, current_user) end
      when not has_table_privilege(found.oid, 'INSERT')
        or not coalesce(has_sequence_privilege(ids.oid, 'USAGE, UPDATE'), true)
      then format('GRANT INSERT ON %s TO %I;', found.oid::regclass, current_user)
        || coalesce(format(' GRANT USAGE ON SEQUENCE %s TO %I;', ids.oid::regclass, current_user), '')
    end
  from (values
    ('base_cache_signaling'::name, true, true),
    ('base_cache_signaling_routing', true, false), ('base_cache_signaling_default', false, true),
    ('orm_signaling_routing', true, false), ('orm_signaling_default', false, true)
  ) as wanted (name, of_routes, of_apps)
  join pg_namespace as namespace on namespace.nspname = schema_name::name
  join pg_class as found
    on found.relnamespace = namespace.oid and found.relname = wanted.name and found.relkind in ('S', 'r')
  left join pg_class as ids
    on ids.relnamespace = namespace.oid and ids.relname = wanted.name || '_id_seq' and ids.relkind = 'S';
$$;

-- Sends the signals that a change needs. What cannot be sent is returned and does not fail the caller: EndpointSync's
-- own workers need none of them. A row's id shows only with the commit, and a worker that saw a higher one first would
-- miss it, so the caller commits at once.
create function endpoint_sync.signal_odoo(schema_name text, routes boolean, apps boolean) returns text[]
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  signal record;
  problems text[] := '{}';
begin
  for signal in
    select * from endpoint_sync.odoo_signals(schema_name) as found
    where (found.of_routes and routes) or (found.of_apps and apps)
  loop
    if signal.cure is not null then
      problems := problems || signal.cure;
    elsif signal.is_table then
      begin
        execute format('insert into %s default values', signal.relation);
      exception when others then
        problems := problems || format('%s: %s', signal.relation, sqlerrm);
      end;
    else
      perform nextval(signal.relation);
    end if;
  end loop;
  return problems;
end;
$$;

revoke execute on function
  endpoint_sync.odoo_signals(text), endpoint_sync.signal_odoo(text, boolean, boolean)
from public;

-- When a sync first saw the change, if it then left it alone for a while.
alter table endpoint_sync.pending_changes add column seen_at timestamptz;

-- The grace counts from the first look, because a slow transaction commits a flag long after the statement.
create or replace function endpoint_sync.is_recent(change endpoint_sync.pending_changes) returns boolean
language sql volatile as $$
  select not change.awaits_reload and change.table_name = 'fastapi_endpoint'
    and change.seen_at is not null and change.seen_at > clock_timestamp() - interval '2 seconds';
$$;

-- Whether a change of endpoints is left alone while its writer is at work. A silo's own edits need no such care, and a
-- session that stays in its transaction is not waited for without end.
create function endpoint_sync.is_protected(change endpoint_sync.pending_changes) returns boolean
language sql volatile as $$
  select change.table_name = 'fastapi_endpoint' and not starts_with(change.application, 'EndpointSync/')
    and (change.seen_at is null or change.seen_at > clock_timestamp() - interval '2 minutes');
$$;

-- Those of the sessions that keep a snapshot. If one of them is about to change a row again, as an upgrade of Odoo's
-- modules does in one REPEATABLE READ transaction after the other, our write between its snapshot and its own makes it
-- fail. A short query has a snapshot too, and is over by the next look. A session that waits for a version has one for
-- as long as it waits, and has the version rows open. While a session holds a registry's lock, nobody writes anyway.
create function endpoint_sync.sessions_at_work(process_ids integer[], looks integer) returns integer[]
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  at_work integer[] := process_ids;
begin
  for look in 1..looks loop
    exit when cardinality(at_work) = 0;
    if look > 1 then
      perform pg_sleep(0.0005 * power(2, look - 1));
    end if;
    -- Otherwise a transaction sees sessions as they were when it first looked.
    perform pg_stat_clear_snapshot();
    at_work := array(
      select session.pid from pg_stat_activity as session
      where session.pid = any(at_work) and session.datname = current_database() and session.pid <> pg_backend_pid()
        and session.backend_xmin is not null
        and not exists (
          select from pg_locks as held
          where held.pid = session.pid and held.relation = 'endpoint_sync.state'::regclass)
        and not exists (
          select from pg_locks as held join endpoint_sync.state as registry
            on registry.lock_key = (held.classid::bigint << 32 | held.objid::bigint)
          where held.pid = session.pid and held.locktype = 'advisory' and held.granted and held.objsubid = 1));
  end loop;
  return at_work;
end;
$$;

-- The user and the company that Odoo gives a new endpoint, base.public_user and its company. No row if this Odoo has
-- nothing of the kind, or this role may not read it.
create function endpoint_sync.default_owner(schema_name text) returns table (user_id integer, company_id integer)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if (
    select count(*) = 7 and bool_and(
      has_column_privilege(found.attrelid, found.attnum, 'SELECT') or wanted.relation = 'fastapi_endpoint')
    from (values
      ('fastapi_endpoint', 'user_id'), ('fastapi_endpoint', 'company_id'), ('ir_model_data', 'module'),
      ('ir_model_data', 'name'), ('ir_model_data', 'res_id'), ('res_users', 'id'), ('res_users', 'company_id')
    ) as wanted (relation, attribute)
    join pg_attribute as found on found.attrelid = to_regclass(format('%I.%I', schema_name, wanted.relation))
      and found.attname = wanted.attribute::name and not found.attisdropped
  ) then
    return query execute format(
      'select owner.id::integer, owner.company_id::integer
       from %1$I.ir_model_data as name join %1$I.res_users as owner on owner.id = name.res_id
       where name.module::text = ''base'' and name.name::text = ''public_user''', schema_name);
  end if;
end;
$$;

-- Gives everything of ours to a role. For the database's owner, whose it is after a restore without owners, and who is
-- a member of that role.
create function endpoint_sync.set_owner(new_owner text) returns void language plpgsql
set search_path = pg_catalog, pg_temp as $$
declare
  statement text;
begin
  -- An owner must be able to create what it owns.
  execute format('grant create on database %I to %I', current_database(), new_owner);
  execute format('alter schema endpoint_sync owner to %I', new_owner);
  for statement in
    select format('alter %s %s owner to %I',
      case relation.relkind when 'v' then 'view' when 'S' then 'sequence' else 'table' end, relation.oid::regclass,
      new_owner)
    from pg_class as relation
    where relation.relnamespace = 'endpoint_sync'::regnamespace
      and (relation.relkind in ('r', 'v') or relation.relkind = 'S' and not exists (
        select from pg_depend where objid = relation.oid and classid = 'pg_class'::regclass and deptype in ('a', 'i')))
    union all
    select format('alter routine %s owner to %I', routine.oid::regprocedure, new_owner)
    from pg_proc as routine where routine.pronamespace = 'endpoint_sync'::regnamespace
  loop
    execute statement;
  end loop;
end;
$$;

revoke execute on function
  endpoint_sync.is_protected(endpoint_sync.pending_changes), endpoint_sync.sessions_at_work(integer[], integer),
  endpoint_sync.default_owner(text), endpoint_sync.set_owner(text)
from public;
