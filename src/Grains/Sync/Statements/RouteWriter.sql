-- name: lock_endpoints
select id from {odoo}.fastapi_endpoint where id = any($1) order by id for no key update skip locked

-- name: lock_routes
select key from {odoo}.endpoint_route
where key in (select key from endpoint_sync.keys_of($1, $2, $3)) order by key for update skip locked

-- The statements below fire Odoo's triggers, whose functions need the registry's schema in the search path. Anybody who
-- may create in that schema may define operators in it, so every varchar is cast: an operator on text is Postgres' own.

-- name: update
-- The hash is unique and may be null: a row whose key was changed by hand keeps the hash that was made from its old
-- key.
update {odoo}.endpoint_route as stored
set route = wanted.route, opts = wanted.opts, routing = wanted.routing,
  endpoint_hash = case when stored.endpoint_hash::text = wanted.endpoint_hash or not exists (
    select from {odoo}.endpoint_route as other
    where other.endpoint_hash::text = wanted.endpoint_hash and other.key::text is distinct from wanted.key
  ) then wanted.endpoint_hash end
from unnest($1, $2, $3, $4, $5) as wanted (key, route, opts, routing, endpoint_hash)
where stored.key::text = wanted.key

-- name: insert
insert into {odoo}.endpoint_route as stored (key, route, opts, routing, endpoint_hash)
select key, route, opts, routing, case when not exists (
    select from {odoo}.endpoint_route as other
    where other.endpoint_hash::text = wanted.endpoint_hash and other.key::text is distinct from wanted.key
  ) then endpoint_hash end
from unnest($1, $2, $3, $4, $5) as wanted (key, route, opts, routing, endpoint_hash)
on conflict (key) do update
set route = excluded.route, opts = excluded.opts, routing = excluded.routing, endpoint_hash = excluded.endpoint_hash

-- name: delete
delete from {odoo}.endpoint_route where key::text = any($1)

-- name: delete_ownerless
-- The statement checks again: the endpoint may have been committed since the scan.
delete from {odoo}.endpoint_route as stored
using unnest($1, $2) as gone (key, endpoint_id)
where stored.key::text = gone.key
  and not exists (select from {odoo}.fastapi_endpoint as e where e.id = gone.endpoint_id)

-- name: mark
update {odoo}.fastapi_endpoint set registry_sync = $2 where id = any($1) and registry_sync is distinct from $2
