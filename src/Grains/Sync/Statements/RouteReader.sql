-- name: since
-- One statement and so one snapshot: the newest version, and what leads to it. A version without changes still gives
-- its row.
select state.version, state.content_hash, change.key, change.found_key, change.found_route, change.found_opts,
  change.found_routing, change.found_route_group, change.found_app
from endpoint_sync.state
left join (
  select key, key as found_key, route as found_route, opts as found_opts, routing as found_routing,
    route_group as found_route_group, app as found_app
  from endpoint_sync.routes
  where schema_name = $1 and from_version > $2 and to_version is null
  union all
  select key, null, null, null, null, null, null from endpoint_sync.routes as gone
  where schema_name = $1 and from_version <= $2 and to_version > $2
    and not exists (
      select from endpoint_sync.routes as now
      where now.schema_name = $1 and now.key = gone.key and now.to_version is null)
) as change on true
where state.schema_name = $1

-- name: newest
select version, content_hash from endpoint_sync.state where schema_name = $1

-- name: at
select key, route, opts, routing, route_group, app from endpoint_sync.routes
where schema_name = $1 and from_version <= $2 and (to_version is null or to_version > $2)
