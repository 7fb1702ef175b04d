-- name: known
-- What versions there are, and the hash of one of them. Version 0 has no routes and no receipt.
select state.version as newest, (select min(version) from endpoint_sync.versions where schema_name = $1) as oldest,
  case $2
    when 0 then decode(repeat('00', 32), 'hex')
    else (select made.content_hash from endpoint_sync.versions as made where schema_name = $1 and made.version = $2)
  end as content_hash
from endpoint_sync.state where schema_name = $1

-- name: versions
select version, synced_at, silo, encode(content_hash, 'hex') as content_hash, endpoints_synced, routes_added,
  routes_changed, routes_removed, callers, rolled_back_to, rolled_back_from, rolled_back_by, rollback_reason,
  replaced_served_for
from endpoint_sync.versions
where schema_name = $1 and version <= coalesce($2, 9223372036854775807) and version >= coalesce($3, 0)
order by version desc
limit $4

-- name: routes
select key, route, from_version, opts, routing, app from endpoint_sync.routes
where schema_name = $1 and from_version <= $2 and (to_version is null or to_version > $2)
  and key >= coalesce($3, '')
order by key
limit $4

-- name: diff
-- Only a key that changed between the two versions can differ in them, and it may have changed back.
with changed as (
  select key from endpoint_sync.routes
  where schema_name = $1 and from_version > least($2, $3) and from_version <= greatest($2, $3)
  union
  select key from endpoint_sync.routes
  where schema_name = $1 and to_version > least($2, $3) and to_version <= greatest($2, $3)
)
select key, before.from_version as before_version, before.route as before_route, before.opts as before_opts,
  before.routing as before_routing, before.app as before_app, after.from_version as after_version,
  after.route as after_route, after.opts as after_opts, after.routing as after_routing, after.app as after_app
from changed
left join lateral (
  select * from endpoint_sync.routes as route
  where route.schema_name = $1 and route.key = changed.key and route.from_version <= $2
    and (route.to_version is null or route.to_version > $2)
) as before using (key)
left join lateral (
  select * from endpoint_sync.routes as route
  where route.schema_name = $1 and route.key = changed.key and route.from_version <= $3
    and (route.to_version is null or route.to_version > $3)
) as after using (key)
where key >= coalesce($4, '')
  and (before.key, before.route, before.opts, before.routing, before.route_group, before.app)
    is distinct from (after.key, after.route, after.opts, after.routing, after.route_group, after.app)
order by key
limit $5

-- name: record_served
-- Once: whoever sees first that all serve the version says how long the one before it was served.
update endpoint_sync.versions as made
set replaced_served_for = made.synced_at - replaced.synced_at + $3::interval
from endpoint_sync.versions as replaced
where made.schema_name = $1 and made.version = $2 and made.replaced_served_for is null
  and replaced.schema_name = made.schema_name and replaced.version = made.rolled_back_from
returning made.replaced_served_for as served_for

-- name: try_lock
-- Until the transaction ends. One silo deletes; the others leave it to that one.
select pg_try_advisory_xact_lock(hashtextextended('endpointsync history retention ' || $1, 0))

-- name: delete_versions
-- What rings keep while a rollout runs may have to be read, or published again.
delete from endpoint_sync.versions where schema_name = $1 and version in (
  select version from endpoint_sync.versions
  where schema_name = $1
    and version < (select max(version) from endpoint_sync.versions where schema_name = $1)
    and version < coalesce(
      (select held_version from endpoint_sync.rollouts where schema_name = $1 and ended_at is null),
      9223372036854775807)
    and (
      synced_at < clock_timestamp() - $2::interval
      or version <= coalesce(
        (select version from endpoint_sync.versions where schema_name = $1 order by version desc offset $3 limit 1), 0))
  order by version limit $4)

-- name: delete_routes
-- What ended with a version that is kept, or before it, is in none. A receiver that follows from an older version finds
-- that the hash does not fit, and reads the whole table.
delete from endpoint_sync.routes where schema_name = $1 and (key, from_version) in (
  select key, from_version from endpoint_sync.routes
  where schema_name = $1
    and to_version <= (select min(version) from endpoint_sync.versions where schema_name = $1)
  order by to_version limit $2)
