-- name: read
-- Keys that cannot be received count as: anything may have changed.
select id, awaits_reload, not awaits_reload and table_name = 'fastapi_endpoint' as is_announcement,
  endpoint_sync.is_recent(change) as is_recent, endpoint_ids,
  case when endpoint_sync.is_text(array_to_string(keys, ' ')) then keys end as keys, operation, changed_at,
  endpoint_sync.text_of(role) as role, application, process_id, host(address) as address, locked
from endpoint_sync.pending_changes as change where schema_name = $1 order by id

-- name: delete
delete from endpoint_sync.pending_changes where id = any($1)

-- name: keep
-- Of changes that a sync dealt with, what it leaves for another one. Who made them stays known.
update endpoint_sync.pending_changes
set endpoint_ids = (select array_agg(id) from unnest(endpoint_ids) as id where id = any($2)),
  keys = (select array_agg(key) from unnest(keys) as key where endpoint_sync.endpoint_of(key) = any($2))
where id = any($1)

-- name: everyone
-- Whoever an edit that names nobody may be about.
select id from {odoo}.fastapi_endpoint
union
select endpoint_id::integer from endpoint_sync.routes
where schema_name = $1 and to_version is null and endpoint_id is not null

-- name: add
-- What a sync leaves for the next one.
insert into endpoint_sync.pending_changes (schema_name, table_name, operation, awaits_reload, endpoint_ids)
values ($1, '', 'LEFT', $2, $3)
