-- What other writers did to Odoo's tables and no sync has dealt with yet: a row for each statement, written by triggers
-- in the writer's own transaction. Writers only ever add rows, and only the id is unique, so no writer waits for
-- another one here.
create table endpoint_sync.pending_changes (
  id bigint generated always as identity primary key,
  schema_name text not null,
  table_name text not null,
  operation text not null,
  -- Whether it is an edit of endpoints, which goes live with a reload. Everything else is dealt with as soon as it is
  -- noticed.
  awaits_reload boolean not null,
  -- Both null: anything may have changed.
  endpoint_ids integer[],
  keys text[],
  changed_at timestamptz not null default clock_timestamp(),
  role text not null default session_user,
  application text not null default coalesce(current_setting('application_name', true), ''),
  process_id integer not null default pg_backend_pid(),
  address inet default inet_client_addr(),
  -- Whether the writer held the registry's lock; null where it does not need to.
  locked boolean
);
create index pending_changes_of on endpoint_sync.pending_changes (schema_name, awaits_reload);

-- Odoo sets a flag in one transaction and writes the routes in the next. Between the two the rows would have two
-- writers, so a recent flag is left alone.
create function endpoint_sync.is_recent(change endpoint_sync.pending_changes) returns boolean
language sql volatile as $$
  select not change.awaits_reload and change.table_name = 'fastapi_endpoint'
    and change.changed_at > clock_timestamp() - interval '2 seconds';
$$;

-- What others did to routes and what became of it, newest last. Syncs keep the last few hundred of each registry.
create table endpoint_sync.foreign_writes (
  id bigint primary key,
  schema_name text not null references endpoint_sync.state,
  -- adopted: the endpoints declare the same, or the row is another consumer's. repaired: the endpoints declare
  -- something else.
  outcome text not null check (outcome in ('adopted', 'repaired')),
  -- The version that the sync made of it; null if routes stayed as they were.
  version bigint,
  operation text not null,
  keys text[],
  changed_at timestamptz not null,
  role text not null,
  application text not null,
  process_id integer not null,
  address inet,
  locked boolean not null
);
create index foreign_writes_of on endpoint_sync.foreign_writes (schema_name, id);

-- Endpoints whose repairs another writer keeps undoing. Until the time given only a reload repairs them.
create table endpoint_sync.repair_backoffs (
  schema_name text not null references endpoint_sync.state,
  endpoint_id integer not null,
  repairs integer not null,
  since timestamptz not null,
  repaired_at timestamptz not null,
  until timestamptz not null,
  role text not null,
  application text not null,
  process_id integer not null,
  address inet,
  primary key (schema_name, endpoint_id)
);
-- Every preflight asks which backoffs are active, and every repair deletes the old ones.
create index repair_backoffs_until on endpoint_sync.repair_backoffs (schema_name, until);

-- Whether the calling session holds the lock of a registry.
create function endpoint_sync.holds_lock(schema_name text) returns boolean language sql stable
set search_path = pg_catalog, pg_temp as $$
  select exists (
    select from pg_locks as held join endpoint_sync.state on state.schema_name = holds_lock.schema_name
    where held.pid = pg_backend_pid() and held.locktype = 'advisory' and held.granted and held.objsubid = 1
      and held.database = (select oid from pg_database where datname = current_database())
      and (held.classid::bigint << 32 | held.objid::bigint) = state.lock_key);
$$;

-- Notifies at the commit, unless that could make the writer's commit fail: with a full queue, in a transaction that may
-- be prepared for a second phase, and in one that waits less than a second for a lock, because sessions that notify
-- commit one after the other. Polls find the rest.
create function endpoint_sync.notify_if_safe(channel text, message text) returns void language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
  if pg_notification_queue_usage() < 0.5 and current_setting('max_prepared_transactions') = '0'
    and not (
      current_setting('lock_timeout')::interval > interval '0'
      and current_setting('lock_timeout')::interval < interval '1 second') then
    perform pg_notify(channel, message);
  end if;
end;
$$;

-- Records a statement's changes. More rows than an array should hold are recorded as: anything may have changed.
create function endpoint_sync.record_change(
  schema_name text, table_name text, operation text, awaits_reload boolean, endpoint_ids integer[], keys text[])
returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  many constant boolean := coalesce(cardinality(endpoint_ids), cardinality(keys), 0) > 10000;
begin
  insert into endpoint_sync.pending_changes
    (schema_name, table_name, operation, awaits_reload, endpoint_ids, keys, locked)
  values (
    record_change.schema_name, record_change.table_name, record_change.operation, record_change.awaits_reload,
    case when not many then record_change.endpoint_ids end, case when not many then record_change.keys end,
    case when record_change.table_name = 'endpoint_route' then endpoint_sync.holds_lock(record_change.schema_name) end);
  perform endpoint_sync.notify_if_safe(
    'endpoint_sync', case when awaits_reload then 'endpoints ' else 'routes ' end || schema_name);
end;
$$;

-- The fallback of the triggers: a writer's statement must not fail because of us, whatever has become of our tables.
create function endpoint_sync.record_unknown_change(schema_name text, table_name text, operation text, reason text)
returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform endpoint_sync.record_change(schema_name, table_name, operation, false, null, null);
exception when others then
  raise warning 'EndpointSync could not record this % of %.%: % (%). Its next full check finds the change.',
    operation, schema_name, table_name, reason, sqlerrm;
end;
$$;

-- Trigger functions run with the rights of the role that installed this schema, because the writers need none here.
create function endpoint_sync.record_endpoint_changes() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  edited integer[];
  flagged_ids integer[];
begin
  -- A writer that sets the flag says that routes are being written: Odoo's button writes them in a second transaction,
  -- and must not find us in its way. So a set flag is recorded without a notification. It is dealt with together with
  -- the routes, or by the next poll if they never come.
  if tg_op = 'INSERT' then
    select array_agg(id) filter (where registry_sync is not true), array_agg(id) filter (where registry_sync)
    into edited, flagged_ids from new_rows;
  elsif tg_op = 'DELETE' then
    select array_agg(id) into edited from old_rows;
  elsif tg_op = 'UPDATE' then
    select array_agg(id) filter (where not flagged), array_agg(id) filter (where flagged) into edited, flagged_ids
    from (
      select coalesce(now.id, was.id) as id, now.registry_sync is true and was.registry_sync is not true as flagged
      from new_rows as now full join old_rows as was on was.id = now.id
      where (now.root_path, now.app, now.active, now.registry_sync, now.save_http_session)
        is distinct from (was.root_path, was.app, was.active, was.registry_sync, was.save_http_session)
    ) as changed;
  end if;
  if tg_op = 'TRUNCATE' or edited is not null then
    perform endpoint_sync.record_change(tg_table_schema, tg_table_name, tg_op, true, edited, null);
  end if;
  if flagged_ids is not null then
    insert into endpoint_sync.pending_changes (schema_name, table_name, operation, awaits_reload, endpoint_ids)
    values (
      tg_table_schema, tg_table_name, tg_op, false, case when cardinality(flagged_ids) <= 10000 then flagged_ids end);
  end if;
  return null;
exception when others then
  perform endpoint_sync.record_unknown_change(tg_table_schema, tg_table_name, tg_op, sqlerrm);
  return null;
end;
$$;

create function endpoint_sync.record_route_changes() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  changed text[];
begin
  if tg_op = 'INSERT' then
    select array_agg(distinct key) into changed from new_rows where key is not null;
  elsif tg_op = 'DELETE' then
    select array_agg(distinct key) into changed from old_rows where key is not null;
  elsif tg_op = 'UPDATE' then
    select array_agg(distinct coalesce(now.key, was.key)) into changed
    from new_rows as now full join old_rows as was on was.key = now.key
    where coalesce(now.key, was.key) is not null
      and (now.key, now.route, now.opts, now.routing, now.route_group)
        is distinct from (was.key, was.route, was.opts, was.routing, was.route_group);
  end if;
  if tg_op = 'TRUNCATE' or changed is not null then
    perform endpoint_sync.record_change(tg_table_schema, tg_table_name, tg_op, false, null, changed);
  end if;
  return null;
exception when others then
  perform endpoint_sync.record_unknown_change(tg_table_schema, tg_table_name, tg_op, sqlerrm);
  return null;
end;
$$;

-- Requests a full check of a registry, after a backup was restored or somebody wrote with triggers disabled.
create function endpoint_sync.check_all(schema_name text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from endpoint_sync.state where state.schema_name = check_all.schema_name) then
    raise exception 'schema "%" is no registry; there are: %', check_all.schema_name,
      (select string_agg(state.schema_name, ', ' order by state.schema_name) from endpoint_sync.state)
      using errcode = 'invalid_parameter_value';
  end if;
  perform endpoint_sync.record_change(check_all.schema_name, '', 'CHECK', false, null, null);
end;
$$;

-- Installs the triggers on a registry's two tables. If the tables' owner runs it, they also fire while
-- session_replication_role is replica; a role with the privilege TRIGGER alone cannot ask for that. What a subscription
-- applies fires only the triggers for truncate. A sync's own statements are not recorded. Changes from before the
-- triggers are found by the full check that is requested at the end.
create function endpoint_sync.install_triggers(schema_name text) returns void language plpgsql
set search_path = pg_catalog, pg_temp as $$
declare
  relation text;
  event text;
begin
  foreach relation in array array['fastapi_endpoint', 'endpoint_route'] loop
    foreach event in array array['insert', 'update', 'delete', 'truncate'] loop
      execute format(
        'create or replace trigger endpoint_sync_%1$s after %1$s on %2$I.%3$I %4$s for each statement
         when (current_setting(''endpoint_sync.syncing'', true) is distinct from ''on'')
         execute function endpoint_sync.%5$I()',
        event, schema_name, relation,
        case event
          when 'insert' then 'referencing new table as new_rows'
          when 'update' then 'referencing old table as old_rows new table as new_rows'
          when 'delete' then 'referencing old table as old_rows' end,
        case relation when 'fastapi_endpoint' then 'record_endpoint_changes' else 'record_route_changes' end);
      if pg_has_role(
        (select relowner from pg_class where oid = format('%I.%I', schema_name, relation)::regclass), 'usage') then
        execute format('alter table %I.%I enable always trigger endpoint_sync_%s', schema_name, relation, event);
      end if;
    end loop;
  end loop;
  perform endpoint_sync.check_all(schema_name);
end;
$$;

-- Whether all the triggers exist, fire, and are what install_triggers makes of them. PL/pgSQL keeps the plan, where a
-- function in SQL would plan each time.
create function endpoint_sync.is_tracked(schema_name text) returns boolean language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
declare
  endpoints constant oid := to_regclass(format('%I.fastapi_endpoint', schema_name));
  routes constant oid := to_regclass(format('%I.endpoint_route', schema_name));
begin
  return (
    select count(*) = 8
    from pg_trigger as found
    join (values
      -- After a statement: 4 for insert, 8 for delete, 16 for update, 32 for truncate.
      ('endpoint_sync_insert'::name, 4, null::name, 'new_rows'::name),
      ('endpoint_sync_delete', 8, 'old_rows', null),
      ('endpoint_sync_update', 16, 'old_rows', 'new_rows'),
      ('endpoint_sync_truncate', 32, null, null)
    ) as wanted (name, type, old_rows, new_rows) on wanted.name = found.tgname
    where found.tgrelid in (endpoints, routes) and found.tgenabled in ('O', 'A') and found.tgtype = wanted.type
      and found.tgfoid = case found.tgrelid
        when endpoints then 'endpoint_sync.record_endpoint_changes'::regproc
        else 'endpoint_sync.record_route_changes'::regproc end
      and found.tgqual is not null and cardinality(found.tgattr::smallint[]) = 0
      and found.tgoldtable is not distinct from wanted.old_rows
      and found.tgnewtable is not distinct from wanted.new_rows);
end;
$$;
