-- The key of the lock that a registry's writers should take, so that triggers can tell who did. Whole-life counts of what others did to routes.
alter table endpoint_sync.state add column lock_key bigint;
alter table endpoint_sync.state add column foreign_writes bigint not null default 0;
alter table endpoint_sync.state add column unlocked_writes bigint not null default 0;

-- The endpoint that a row's key names; null for other consumers' rows. The same rule stands in RouteRow.cs.
create function endpoint_sync.endpoint_of(key text) returns bigint language sql immutable parallel safe as $$
  select case
    when substring(key from '^fastapi\.endpoint:([1-9][0-9]{0,9}):')::bigint <= 2147483647
    then substring(key from '^fastapi\.endpoint:([1-9][0-9]{0,9}):')::bigint end;
$$;

alter table endpoint_sync.routes add column endpoint_id bigint generated always as (endpoint_sync.endpoint_of(key)) stored;
create index routes_endpoint on endpoint_sync.routes (schema_name, endpoint_id) where to_version is null;
-- By digest, because a rule may be longer than an index takes.
create index routes_route on endpoint_sync.routes (schema_name, md5(route)) where to_version is null;

-- What other writers did to Odoo's tables and no sync has looked at yet: a row for each statement, written by triggers in the writer's own
-- transaction. Writers only ever add rows, and nothing is unique but the id, so no writer waits for another one here.
create table endpoint_sync.pending (
  id bigint generated always as identity primary key,
  schema_name text not null,
  table_name text not null,
  operation text not null,
  -- Whether it is an edit of endpoints, which waits for a reload. Everything else is looked at without one.
  waits boolean not null,
  -- Both null: everything is to be looked at.
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
create index pending_of on endpoint_sync.pending (schema_name, waits);

-- What others did to routes and what became of it, newest last; syncs keep the last few hundred of each registry.
create table endpoint_sync.foreign_writes (
  id bigint primary key,
  schema_name text not null references endpoint_sync.state,
  -- adopted: the endpoints say the same, or the row is another consumer's. repaired: the endpoints say something else.
  verdict text not null check (verdict in ('adopted', 'repaired')),
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

-- Endpoints whose routes another writer made wrong again and again. Until the time that is named only a reload repairs them.
create table endpoint_sync.disputes (
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

-- The keys under which routes of some endpoints are, were in the newest version, or should be; and some further keys.
create function endpoint_sync.keys_of(registry text, ids integer[], further text[]) returns table (endpoint_id bigint, key text) language sql stable as $$
  select id::bigint, 'fastapi.endpoint:' || id || ':/|/<path:application_path>' from unnest(ids) as id
  union
  select route.endpoint_id, route.key from endpoint_sync.routes as route
  where route.schema_name = registry and route.to_version is null and route.endpoint_id = any(ids)
  union
  select endpoint_sync.endpoint_of(one), one from unnest(further) as one;
$$;

-- Whether the calling session holds the lock of a registry.
create function endpoint_sync.holds_lock(registry text) returns boolean language sql stable as $$
  select exists (
    select from pg_locks as held join endpoint_sync.state on state.schema_name = registry
    where held.pid = pg_backend_pid() and held.locktype = 'advisory' and held.granted and held.objsubid = 1
      and held.database = (select oid from pg_database where datname = current_database())
      and (held.classid::bigint << 32 | held.objid::bigint) = state.lock_key);
$$;

-- Tells who listens, at the commit. Not where that could make the writer's commit fail: with a full queue, in a transaction that is prepared for a
-- second phase, and in one that waits less than a second for a lock, because those that tell commit in turns. Polls find what was not told.
create function endpoint_sync.tell(channel text, message text) returns void language plpgsql as $$
begin
  if pg_notification_queue_usage() < 0.5 and current_setting('max_prepared_transactions') = '0'
    and not (current_setting('lock_timeout')::interval > interval '0' and current_setting('lock_timeout')::interval < interval '1 second') then
    perform pg_notify(channel, message);
  end if;
end;
$$;

-- Notes a statement. More rows than an array should hold are noted as everything.
create function endpoint_sync.note(registry text, relation text, operation text, waits boolean, endpoint_ids integer[], keys text[]) returns void
language plpgsql as $$
declare
  many constant boolean := coalesce(cardinality(endpoint_ids), cardinality(keys), 0) > 10000;
begin
  insert into endpoint_sync.pending (schema_name, table_name, operation, waits, endpoint_ids, keys, locked)
  values (
    registry, relation, operation, waits, case when not many then endpoint_ids end, case when not many then keys end,
    case when relation = 'endpoint_route' then endpoint_sync.holds_lock(registry) end);
  perform endpoint_sync.tell('endpoint_sync', case when waits then 'endpoints ' else 'routes ' end || registry);
end;
$$;

-- The writer's statement must not fail because of us, whatever has become of our tables. What could not be noted is found by the next full check.
create function endpoint_sync.note_all(registry text, relation text, operation text, reason text) returns void language plpgsql as $$
begin
  perform endpoint_sync.note(registry, relation, operation, false, null, null);
exception when others then
  raise warning 'EndpointSync did not note this % of %.%: % (%). Its next full check finds it.', operation, registry, relation, reason, sqlerrm;
end;
$$;

-- The triggers' rights are those of the role that installed this schema, because the writers need none here.
create function endpoint_sync.note_endpoints() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  edited integer[];
  asked integer[];
begin
  -- Whoever sets the flag says that routes are being written: Odoo's button does, in a second transaction, which must not find us in its way. So
  -- that is noted and not told; it is looked at with the routes, or by the next poll if they never come.
  if tg_op = 'INSERT' then
    select array_agg(id) filter (where registry_sync is not true), array_agg(id) filter (where registry_sync) into edited, asked from new_rows;
  elsif tg_op = 'DELETE' then
    select array_agg(id) into edited from old_rows;
  elsif tg_op = 'UPDATE' then
    select array_agg(id) filter (where not flagged), array_agg(id) filter (where flagged) into edited, asked
    from (
      select coalesce(now.id, was.id) as id, now.registry_sync is true and was.registry_sync is not true as flagged
      from new_rows as now full join old_rows as was on was.id = now.id
      where (now.root_path, now.app, now.active, now.registry_sync, now.save_http_session)
        is distinct from (was.root_path, was.app, was.active, was.registry_sync, was.save_http_session)
    ) as changed;
  end if;
  if tg_op = 'TRUNCATE' or edited is not null then
    perform endpoint_sync.note(tg_table_schema, tg_table_name, tg_op, true, edited, null);
  end if;
  if asked is not null then
    insert into endpoint_sync.pending (schema_name, table_name, operation, waits, endpoint_ids)
    values (tg_table_schema, tg_table_name, tg_op, false, case when cardinality(asked) <= 10000 then asked end);
  end if;
  return null;
exception when others then
  perform endpoint_sync.note_all(tg_table_schema, tg_table_name, tg_op, sqlerrm);
  return null;
end;
$$;

create function endpoint_sync.note_routes() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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
      and (now.key, now.route, now.opts, now.routing, now.route_group) is distinct from (was.key, was.route, was.opts, was.routing, was.route_group);
  end if;
  if tg_op = 'TRUNCATE' or changed is not null then
    perform endpoint_sync.note(tg_table_schema, tg_table_name, tg_op, false, null, changed);
  end if;
  return null;
exception when others then
  perform endpoint_sync.note_all(tg_table_schema, tg_table_name, tg_op, sqlerrm);
  return null;
end;
$$;

-- Has everything of a registry looked at: by whoever restored a backup, or wrote with triggers disabled.
create function endpoint_sync.check_all(registry text) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from endpoint_sync.state where schema_name = registry) then
    raise exception 'schema "%" is no registry; there are: %', registry, (select string_agg(schema_name, ', ' order by schema_name) from endpoint_sync.state)
      using errcode = 'invalid_parameter_value';
  end if;
  perform endpoint_sync.note(registry, '', 'CHECK', false, null, null);
end;
$$;

-- Installs the triggers on a registry's two tables. Run by the tables' owner they also fire while session_replication_role is replica; a role that
-- merely has the privilege TRIGGER cannot ask for that. What a subscription applies fires no statement's trigger but that of truncate. A sync's own
-- statements are not noted. What came before the triggers is looked at once.
create function endpoint_sync.track(registry text) returns void language plpgsql as $$
declare
  relation text;
  event text;
begin
  foreach relation in array array['fastapi_endpoint', 'endpoint_route'] loop
    foreach event in array array['insert', 'update', 'delete', 'truncate'] loop
      execute format(
        'create or replace trigger endpoint_sync_%1$s after %1$s on %2$I.%3$I %4$s for each statement
         when (current_setting(''endpoint_sync.syncing'', true) is distinct from ''on'') execute function endpoint_sync.%5$I()',
        event, registry, relation,
        case event
          when 'insert' then 'referencing new table as new_rows'
          when 'update' then 'referencing old table as old_rows new table as new_rows'
          when 'delete' then 'referencing old table as old_rows' end,
        case relation when 'fastapi_endpoint' then 'note_endpoints' else 'note_routes' end);
      if pg_has_role((select relowner from pg_class where oid = format('%I.%I', registry, relation)::regclass), 'usage') then
        execute format('alter table %I.%I enable always trigger endpoint_sync_%s', registry, relation, event);
      end if;
    end loop;
  end loop;
  perform endpoint_sync.check_all(registry);
end;
$$;

-- Whether all of them are there and fire.
create function endpoint_sync.is_tracked(registry text) returns boolean language sql stable as $$
  select count(*) = 8 from pg_trigger
  where tgrelid in (to_regclass(format('%I.fastapi_endpoint', registry)), to_regclass(format('%I.endpoint_route', registry)))
    and tgname in ('endpoint_sync_insert', 'endpoint_sync_update', 'endpoint_sync_delete', 'endpoint_sync_truncate')
    and tgenabled in ('O', 'A');
$$;
