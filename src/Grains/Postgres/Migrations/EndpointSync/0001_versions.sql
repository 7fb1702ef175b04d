-- One row per registry, which is a schema of this database that holds Odoo's tables. The version is advanced in the transaction that
-- changes the routes, so whoever reads both in one snapshot reads what belongs together.
create table endpoint_sync.state (
  schema_name text primary key,
  version bigint not null default 0 check (version >= 0),
  -- Up to this version Odoo's own sequence has been drawn after the commit. Less than version: a crash came between, the draw is still due.
  signalled_version bigint not null default 0 check (signalled_version <= version),
  -- Order-independent, see docs/protocol.md: every route's SHA-256 combined by exclusive or, so that it is kept up by the changed routes alone.
  content_hash bytea not null default decode(repeat('00', 32), 'hex') check (length(content_hash) = 32),
  changed_at timestamptz not null default clock_timestamp(),
  changed_by text not null default current_user
);

-- One row per version: the receipt of the sync that made it.
create table endpoint_sync.versions (
  schema_name text not null references endpoint_sync.state,
  version bigint not null,
  synced_at timestamptz not null default clock_timestamp(),
  synced_by text not null,
  transaction_id xid8 not null default pg_current_xact_id(),
  content_hash bytea not null,
  endpoints_synced integer not null,
  routes_added integer not null,
  routes_changed integer not null,
  routes_removed integer not null,
  callers integer not null,
  primary key (schema_name, version)
);

-- Every route of every version: a row is part of the versions from from_version up to, but not including, to_version; null means it still is.
-- It is a copy on purpose. endpoint_route can be written by anyone at any time; these rows only change together with the version.
create table endpoint_sync.routes (
  schema_name text not null,
  key text not null,
  from_version bigint not null,
  to_version bigint check (to_version > from_version),
  route text,
  opts text,
  routing text,
  route_group text,
  primary key (schema_name, key, from_version)
);
create unique index routes_current on endpoint_sync.routes (schema_name, key) where to_version is null;
create index routes_from on endpoint_sync.routes (schema_name, from_version);
create index routes_to on endpoint_sync.routes (schema_name, to_version) where to_version is not null;

-- What changed at each version: the delta feed, the diff and the history.
create view endpoint_sync.changes as
select after.schema_name, after.from_version as version, after.key,
  case when before.key is null then 'added' else 'changed' end as operation,
  before.route as route_before, before.opts as opts_before, before.routing as routing_before, before.route_group as route_group_before,
  after.route as route_after, after.opts as opts_after, after.routing as routing_after, after.route_group as route_group_after
from endpoint_sync.routes as after
left join endpoint_sync.routes as before
  on before.schema_name = after.schema_name and before.key = after.key and before.to_version = after.from_version
union all
select before.schema_name, before.to_version, before.key, 'removed',
  before.route, before.opts, before.routing, before.route_group, null, null, null, null
from endpoint_sync.routes as before
where before.to_version is not null
  and not exists (
    select from endpoint_sync.routes as after
    where after.schema_name = before.schema_name and after.key = before.key and after.from_version = before.to_version);

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

-- Reloads that were answered without a sync, because the lock was busy or Postgres refused. Whoever syncs next takes them away;
-- until then every silo's poll finds them, so a request outlives the silo that took it.
create table endpoint_sync.requests (
  id bigint generated always as identity primary key,
  schema_name text not null references endpoint_sync.state,
  requested_at timestamptz not null default clock_timestamp(),
  requested_by text not null,
  reason text not null
);
create index requests_of on endpoint_sync.requests (schema_name);
