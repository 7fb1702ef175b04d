-- One row per registry. A registry is a schema of this database that holds Odoo's tables. The version is advanced in
-- the transaction that changes the routes, so a reader that reads both in one snapshot reads what belongs together.
create table endpoint_sync.state (
  schema_name text primary key,
  version bigint not null default 0 check (version >= 0),
  -- Independent of the order of routes, see docs/protocol.md: the exclusive or of every route's SHA-256, so that only
  -- changed routes cost something.
  content_hash bytea not null default decode(repeat('00', 32), 'hex') check (length(content_hash) = 32),
  changed_at timestamptz not null default clock_timestamp(),
  -- The silo that made the version; the installing role for version 0.
  silo text not null default current_user,

  -- Up to this version Odoo's own sequence has been bumped after the commit. If it is less than version, a crash came
  -- between and the bump is due.
  bumped_version bigint not null default 0 check (bumped_version <= version),
  -- When that was. Null: a sync has changed rows of endpoint_route since, and the bump is due, even if those rows only
  -- went back to what the newest version says.
  bumped_at timestamptz default clock_timestamp(),
  -- Whether the sequence was bumped again when no session could see the old rows any more.
  bumped_again boolean not null default true,

  -- The key of the lock that the registry's writers should take, so that triggers can tell who did.
  lock_key bigint,
  -- Lifetime counts of statements by which other writers changed routes.
  foreign_writes bigint not null default 0,
  unlocked_writes bigint not null default 0
);

-- One row per version: the receipt of the sync that made it.
create table endpoint_sync.versions (
  schema_name text not null references endpoint_sync.state,
  version bigint not null,
  synced_at timestamptz not null default clock_timestamp(),
  silo text not null,
  transaction_id xid8 not null default pg_current_xact_id(),
  content_hash bytea not null,
  endpoints_synced integer not null,
  routes_added integer not null,
  routes_changed integer not null,
  routes_removed integer not null,
  callers integer not null,
  primary key (schema_name, version)
);

-- Endpoints that cannot be routed, and why. The others are synced without them.
create table endpoint_sync.quarantine (
  schema_name text not null references endpoint_sync.state,
  endpoint_id integer not null,
  name text not null,
  root_path text not null,
  reason text not null,
  since timestamptz not null default clock_timestamp(),
  primary key (schema_name, endpoint_id)
);

-- Reloads that were answered without a sync, because the lock was busy or Postgres refused. The next sync deletes them;
-- until then the poll of every silo finds them, so a request outlives the silo that took it.
create table endpoint_sync.pending_syncs (
  id bigint generated always as identity primary key,
  schema_name text not null references endpoint_sync.state,
  requested_at timestamptz not null default clock_timestamp(),
  requested_by text not null,
  reason text not null
);
create index pending_syncs_of on endpoint_sync.pending_syncs (schema_name);
