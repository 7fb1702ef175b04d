-- name: since
-- One statement and so one snapshot: the newest version, and what leads to it. A version without changes still gives
-- its row.
select state.version, state.content_hash, rollout.held_version, rollout.held_hash,
  array_to_string(rollout.rings[1:rollout.reached], ',') as reached_rings, change.key, change.found_key,
  change.found_route, change.found_opts, change.found_routing, change.found_route_group, change.found_app
from endpoint_sync.state
left join endpoint_sync.rollouts as rollout
  on rollout.schema_name = state.schema_name and rollout.version = state.rollout
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
select state.version, state.content_hash, rollout.held_version, rollout.held_hash,
  array_to_string(rollout.rings[1:rollout.reached], ',') as reached_rings
from endpoint_sync.state
left join endpoint_sync.rollouts as rollout
  on rollout.schema_name = state.schema_name and rollout.version = state.rollout
where state.schema_name = $1

-- name: at
select key, route, opts, routing, route_group, app from endpoint_sync.routes
where schema_name = $1 and from_version <= $2 and (to_version is null or to_version > $2)
