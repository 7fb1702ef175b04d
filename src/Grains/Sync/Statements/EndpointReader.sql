-- name: read
-- One statement: between two, an endpoint could be committed together with its routes, and the routes would seem to
-- have no owner.
-- A name is only shown. Odoo sets it no limit, and it is part of receipts, so as much is read as an edit may store.
select e.id, endpoint_sync.text_of(left(e.name::text, 200)) as name,
  endpoint_sync.text_of(e.root_path) as root_path, e.active,
  e.registry_sync, e.save_http_session, endpoint_sync.text_of(e.app) as app,
  case
    when not endpoint_sync.is_text(e.root_path) then 'root path'
    when not endpoint_sync.is_text(e.app) then 'app' end as unreadable,
  r.key, endpoint_sync.text_of(r.route) as route, endpoint_sync.text_of(r.opts) as opts,
  endpoint_sync.text_of(r.routing) as routing
from (select distinct * from endpoint_sync.keys_of($1, $2, $3)) as wanted
left join {odoo}.fastapi_endpoint as e on e.id = wanted.endpoint_id
left join {odoo}.endpoint_route as r on r.key = wanted.key and endpoint_sync.is_text(r.key)
where wanted.endpoint_id is not null and (e.id is not null or r.key is not null)

-- name: owners
-- An endpoint that has a root path and is not being read is in sync, so the newest version knows it.
-- The index has what the paths are folded to. OFFSET keeps the planner, which takes folding for cheap, from folding
-- every path instead of looking up the few that are wanted.
select wanted.claim, owner.endpoint_id::integer as endpoint_id from unnest($2) as wanted (claim)
cross join lateral (
  select route.endpoint_id from endpoint_sync.routes as route
  where route.schema_name = $1 and md5(endpoint_sync.folded(route.route)) = wanted.claim
    and route.to_version is null and route.endpoint_id is not null
  offset 0
) as owner

-- name: published
select key, route, opts, routing, route_group, app from endpoint_sync.routes
where schema_name = $1 and to_version is null and endpoint_id = any($2)
