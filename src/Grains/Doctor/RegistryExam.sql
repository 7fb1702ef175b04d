-- name: orphaned_keys
-- Rows of ours without their endpoint, which a reload removes.
select route.key from {odoo}.endpoint_route as route
where endpoint_sync.endpoint_of(route.key) is not null
  and not exists (select from {odoo}.fastapi_endpoint as e where e.id = endpoint_sync.endpoint_of(route.key))
order by route.key limit 1000

-- name: history
-- The size is that of all registries of the database.
select count(*) as versions,
  pg_size_pretty(pg_total_relation_size('endpoint_sync.routes') + pg_total_relation_size('endpoint_sync.versions'))
    as size,
  coalesce(clock_timestamp() - min(synced_at), interval '0') as age
from endpoint_sync.versions where schema_name = $1
