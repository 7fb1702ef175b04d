-- A rollout: a version that one ring of workers after the other is given. While it runs, the registry is pinned to that
-- version, so Postgres refuses every other table.
create table endpoint_sync.rollouts (
  schema_name text not null,
  -- The version that is rolled out. Its rollout is kept as long as the version is.
  version bigint not null,
  id uuid not null,
  -- What the rings that were not given the version keep.
  held_version bigint not null,
  held_hash bytea not null,
  started_by text not null,
  started_at timestamptz not null default clock_timestamp(),
  rings text[] not null check (cardinality(rings) > 0),
  hold interval not null,
  abort_on text not null,
  -- How many of the rings were given the version, and when the last of them was.
  reached integer not null default 1 check (reached between 1 and cardinality(rings)),
  given_at timestamptz not null default clock_timestamp(),
  state text not null default 'Running'
    check (state in ('Running', 'TakingBack', 'Completed', 'TakenBack', 'Stopped')),
  reason text,
  ended_at timestamptz,
  primary key (schema_name, version),
  foreign key (schema_name, version) references endpoint_sync.versions on delete cascade
);
create unique index on endpoint_sync.rollouts (schema_name) where ended_at is null;

-- What became of each ring that a decision was made on.
create table endpoint_sync.rollout_rings (
  schema_name text not null,
  version bigint not null,
  place integer not null,
  given_at timestamptz not null,
  decided_at timestamptz not null default clock_timestamp(),
  passed boolean not null,
  decision text not null,
  workers integer not null,
  requests bigint not null,
  misses bigint not null,
  errors bigint not null,
  -- The same of all workers by the held version.
  held_requests bigint not null,
  held_misses bigint not null,
  held_errors bigint not null,
  primary key (schema_name, version, place),
  foreign key (schema_name, version) references endpoint_sync.rollouts on delete cascade
);

-- The rollout that runs; null if none does.
alter table endpoint_sync.state add column rollout bigint;

-- Whoever takes the pin off or replaces it, a silo of any release, ends the rollout.
create function endpoint_sync.end_rollout() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  update endpoint_sync.state set rollout = null where schema_name = new.schema_name;
  update endpoint_sync.rollouts
  set ended_at = clock_timestamp(), state = case state when 'TakingBack' then 'TakenBack' else 'Stopped' end
  where schema_name = new.schema_name and version = old.rollout;
  return null;
end;
$$;
create trigger end_rollout after update of pin_id on endpoint_sync.state
for each row when (old.rollout = new.rollout and old.pin_id is distinct from new.pin_id)
execute function endpoint_sync.end_rollout();

alter table endpoint_sync.events drop constraint events_kind_check;
alter table endpoint_sync.events add constraint events_kind_check
  check (kind in ('version', 'quarantine', 'foreign-write', 'pin', 'rollout'));

create function endpoint_sync.add_rollout_events() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform endpoint_sync.add_event(
    new.schema_name, 'rollout', jsonb_build_object(
      'version', new.version, 'heldVersion', new.held_version, 'by', new.started_by, 'rings', to_jsonb(new.rings),
      'reached', new.reached, 'state', new.state, 'reason', new.reason));
  return null;
end;
$$;
create trigger add_event after insert or update on endpoint_sync.rollouts
for each row execute function endpoint_sync.add_rollout_events();

revoke execute on function endpoint_sync.end_rollout(), endpoint_sync.add_rollout_events() from public;
