-- name: changed_keys
-- The keys of all rows that differ between endpoint_route and the newest version, by the rule of VersionWriter.sql,
-- changes.
select coalesce(known.key, found.key) as key
from (select * from endpoint_sync.routes where schema_name = $1 and to_version is null) as known
full join (
  select * from {odoo}.endpoint_route where endpoint_sync.is_carried(key, route, opts, routing, route_group)
) as found on found.key = known.key
left join {odoo}.fastapi_endpoint as endpoint on endpoint.id = endpoint_sync.endpoint_of(found.key)
  and found.key = endpoint_sync.key_of(endpoint.id)
where (known.key, known.route, known.opts, known.routing, known.route_group, known.app)
  is distinct from (
    found.key, found.route, found.opts, found.routing, found.route_group,
    case
      when found.key is null then null
      when known.key is null or endpoint.registry_sync is true then endpoint_sync.text_of(endpoint.app)
      else known.app end)

-- name: suspects
-- Obviously in sync is an endpoint whose one row is, character for character, what EndpointSync and Odoo write, and
-- whose root path no other endpoint has in any spelling; and an archived one without a row. The planner decides about
-- all others: the pattern passes only root paths that it takes unchanged.
select coalesce(e.id, r.endpoint_id::integer) as id, e.registry_sync is true as is_flagged
from (
  select *, count(*) filter (where active) over (partition by endpoint_sync.folded(root_path)) as claims
  from {odoo}.fastapi_endpoint
) as e
full join (
  select key, route, opts, routing, endpoint_sync.endpoint_of(key) as endpoint_id
  from {odoo}.endpoint_route where key like 'fastapi.endpoint:%'
) as r on r.endpoint_id = e.id
where coalesce(e.id, r.endpoint_id) is not null
  and not coalesce(e.registry_sync and not e.active and r.key is null, false)
  and not coalesce(
    e.registry_sync and e.active and e.claims = 1 and endpoint_sync.is_text(e.app)
      and e.root_path ~ '^(/[A-Za-z0-9_~.-]+){1,32}$' and e.root_path !~ '/[.]{1,2}(/|$)'
      and length(e.root_path) <= 1024 and e.root_path not in ('/web', '/website')
      and r.key = endpoint_sync.key_of(e.id)
      and r.route = replace($1, $5, e.root_path) and r.opts = $2
      and r.routing = replace(case when e.save_http_session then $4 else $3 end, $5, e.root_path),
    false)
