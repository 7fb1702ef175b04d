-- What happened to each registry, for those who watch it. Triggers record it, so that a silo of an older release
-- records it too while a cluster is upgraded.
alter table endpoint_sync.state add column last_event bigint not null default 0;

create table endpoint_sync.events (
  schema_name text not null references endpoint_sync.state,
  number bigint not null check (number > 0),
  -- Tells this event from another one of the same number, which a database may have made after it went back to a backup
  -- or a standby.
  mark text not null default left(gen_random_uuid()::text, 8),
  kind text not null check (kind in ('version', 'quarantine', 'foreign-write', 'pin')),
  data jsonb not null,
  occurred_at timestamptz not null default clock_timestamp(),
  primary key (schema_name, number)
);

-- Adds events of one kind, in the order given, and returns the number of the last. The row in state stays locked until
-- the commit, so numbers become visible in their order and without gaps: whoever sees one has seen all smaller ones.
create function endpoint_sync.add_event(schema_name text, kind text, variadic data jsonb[]) returns bigint
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  last bigint;
begin
  update endpoint_sync.state set last_event = last_event + cardinality(add_event.data)
  where state.schema_name = add_event.schema_name
  returning last_event into last;
  insert into endpoint_sync.events (schema_name, number, kind, data)
  select add_event.schema_name, last - cardinality(add_event.data) + one.place, add_event.kind, one.value
  from unnest(add_event.data) with ordinality as one (value, place);
  return last;
end;
$$;

create function endpoint_sync.add_version_events() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform endpoint_sync.add_event(
    new.schema_name, 'version', jsonb_build_object(
      'version', new.version,
      'previousVersion', coalesce(
        (select max(made.version) from endpoint_sync.versions as made
          where made.schema_name = new.schema_name and made.version < new.version), 0),
      'silo', new.silo, 'contentHash', encode(new.content_hash, 'hex'), 'endpointsSynced', new.endpoints_synced,
      'routesAdded', new.routes_added, 'routesChanged', new.routes_changed, 'routesRemoved', new.routes_removed,
      'callers', new.callers));
  return null;
end;
$$;
create trigger add_event after insert on endpoint_sync.versions
for each row execute function endpoint_sync.add_version_events();

-- One event for a statement, with the first endpoints, because a statement may put all into quarantine.
create function endpoint_sync.add_quarantine_events() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  changed record;
begin
  for changed in
    select schema_name, count(*) as all_endpoints,
      jsonb_agg(
        jsonb_build_object('id', endpoint_id, 'name', name, 'rootPath', root_path, 'reason', reason)
        order by endpoint_id) filter (where place <= 100) as first_endpoints
    from (
      select *, row_number() over (partition by schema_name order by endpoint_id) as place from changed_rows) as one
    group by schema_name
  loop
    perform endpoint_sync.add_event(
      changed.schema_name, 'quarantine', jsonb_build_object(
        'change', case tg_op when 'INSERT' then 'Entered' when 'UPDATE' then 'Changed' else 'Released' end,
        'endpoints', changed.first_endpoints, 'count', changed.all_endpoints));
  end loop;
  return null;
end;
$$;
create trigger add_event_of_insert after insert on endpoint_sync.quarantine
referencing new table as changed_rows for each statement execute function endpoint_sync.add_quarantine_events();
create trigger add_event_of_update after update on endpoint_sync.quarantine
referencing new table as changed_rows for each statement execute function endpoint_sync.add_quarantine_events();
create trigger add_event_of_delete after delete on endpoint_sync.quarantine
referencing old table as changed_rows for each statement execute function endpoint_sync.add_quarantine_events();

-- The keys of a large write stay out: a stream is no place for them, and listWriters has them.
create function endpoint_sync.add_foreign_write_events() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  written record;
begin
  for written in
    select schema_name, array_agg(jsonb_build_object(
      'writer', jsonb_build_object(
        'role', endpoint_sync.text_of(role), 'application', endpoint_sync.text_of(application),
        'processId', process_id, 'address', host(address)),
      'changedAt', changed_at, 'operation', operation,
      'keys', case when cardinality(keys) <= 100 then
        to_jsonb(array(select endpoint_sync.text_of(one) from unnest(keys) as one)) end,
      'locked', locked, 'outcome', outcome, 'version', version) order by id) as writes
    from new_rows group by schema_name
  loop
    perform endpoint_sync.add_event(written.schema_name, 'foreign-write', variadic written.writes);
  end loop;
  return null;
end;
$$;
create trigger add_event after insert on endpoint_sync.foreign_writes
referencing new table as new_rows for each statement execute function endpoint_sync.add_foreign_write_events();

-- A pin is set after the version that carries its table.
create function endpoint_sync.add_pin_events() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform endpoint_sync.add_event(
    new.schema_name, 'pin', jsonb_build_object('pin', case when new.pinned_hash is not null then jsonb_build_object(
      'version', new.version, 'toVersion', new.pinned_to, 'by', new.pinned_by, 'at', new.pinned_at,
      'reason', new.pin_reason) end));
  return null;
end;
$$;
create trigger add_event after update of pinned_hash on endpoint_sync.state
for each row when (old.pinned_hash is not null or new.pinned_hash is not null)
execute function endpoint_sync.add_pin_events();

revoke execute on function
  endpoint_sync.add_event(text, text, jsonb[]), endpoint_sync.add_version_events(),
  endpoint_sync.add_quarantine_events(), endpoint_sync.add_foreign_write_events(), endpoint_sync.add_pin_events()
from public;
