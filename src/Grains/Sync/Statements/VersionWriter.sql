-- name: read_state
select version, bumped_version = version and bumped_at is not null as is_bumped, content_hash,
  pinned_hash is not null as is_pinned, rollout,
  coalesce(
    (select max(lost.version) from endpoint_sync.lost_versions as lost where lost.schema_name = state.schema_name), 0)
    as lost_version
from endpoint_sync.state
where schema_name = $1

-- name: lock_state
-- The row's lock is a second fence: writers that were configured with different lock names still take turns here.
select version, bumped_version = version and bumped_at is not null as is_bumped, content_hash,
  pinned_hash is not null as is_pinned, rollout,
  coalesce(
    (select max(lost.version) from endpoint_sync.lost_versions as lost where lost.schema_name = state.schema_name), 0)
    as lost_version
from endpoint_sync.state
where schema_name = $1 for no key update

-- name: count_routes
select count(*)::integer as all_routes, (count(*) filter (where endpoint_id = any($2)))::integer as of_them
from endpoint_sync.routes
where schema_name = $1 and to_version is null and endpoint_id is not null

-- name: changes
-- The rows under given keys that differ between endpoint_route and the newest version. Rows without a key cannot be
-- told apart and are no routes. The app of an endpoint that is not synced yet, or waits for a reload, stays what it
-- was, so that an edit of path and app goes live as one. What no version can carry is left out;
-- RegistryStatusStore.sql, status, names it.
with wanted as (select distinct key from endpoint_sync.keys_of($1, $2, $3))
select * from (
  select known.key, known.route, known.opts, known.routing, known.route_group, known.app,
    found.key as found_key, found.route as found_route, found.opts as found_opts, found.routing as found_routing,
    found.route_group as found_route_group,
    case
      when found.key is null then null
      when known.key is null or (endpoint.registry_sync is true and not endpoint.id = any($4))
        then endpoint_sync.text_of(endpoint.app)
      else known.app end as found_app
  from wanted
  left join {odoo}.endpoint_route as found on found.key = wanted.key
    and endpoint_sync.is_carried(found.key, found.route, found.opts, found.routing, found.route_group)
  left join endpoint_sync.routes as known
    on known.schema_name = $1 and known.key = wanted.key and known.to_version is null
  left join {odoo}.fastapi_endpoint as endpoint on endpoint.id = endpoint_sync.endpoint_of(found.key)
    and found.key = endpoint_sync.key_of(endpoint.id)
) as compared
where (key, route, opts, routing, route_group, app)
  is distinct from (found_key, found_route, found_opts, found_routing, found_route_group, found_app)

-- name: compared
-- The same rows whether they differ or not, for a plan: it has yet to write them. A key that nothing is stored under is
-- one that the plan may write.
with wanted as (select distinct key from endpoint_sync.keys_of($1, $2, $3))
select wanted.key as wanted_key, coalesce(known.from_version, 0) as from_version, known.key, known.route, known.opts,
  known.routing, known.route_group, known.app, found.key as found_key, found.route as found_route,
  found.opts as found_opts, found.routing as found_routing, found.route_group as found_route_group,
  null::text as found_app, endpoint.registry_sync, endpoint_sync.text_of(endpoint.app) as declared_app
from wanted
left join {odoo}.endpoint_route as found on found.key = wanted.key
  and endpoint_sync.is_carried(found.key, found.route, found.opts, found.routing, found.route_group)
left join endpoint_sync.routes as known
  on known.schema_name = $1 and known.key = wanted.key and known.to_version is null
left join {odoo}.fastapi_endpoint as endpoint on endpoint.id = endpoint_sync.endpoint_of(wanted.key)
  and wanted.key = endpoint_sync.key_of(endpoint.id)

-- name: advance
update endpoint_sync.state
set version = $2, content_hash = $3, changed_at = clock_timestamp(), silo = $4
where schema_name = $1

-- name: add_receipt
insert into endpoint_sync.versions
  (schema_name, version, silo, content_hash, endpoints_synced, routes_added, routes_changed, routes_removed, callers)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: close_routes
update endpoint_sync.routes set to_version = $2 where schema_name = $1 and to_version is null and key = any($3)

-- name: open_routes
insert into endpoint_sync.routes (schema_name, from_version, key, route, opts, routing, route_group, app)
select $1, $2, * from unnest($3, $4, $5, $6, $7, $8)

-- name: notify
-- A hint for sessions that listen. A full queue must not cost the sync its commit.
select pg_notify('endpoint_sync_version', $2 || ' ' || $1) where pg_notification_queue_usage() < 0.5
