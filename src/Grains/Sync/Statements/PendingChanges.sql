-- name: read
select id, awaits_reload, endpoint_sync.is_recent(change) as is_recent, endpoint_ids, keys, operation, changed_at,
  role, application, process_id, host(address) as address, locked
from endpoint_sync.pending_changes as change where schema_name = $1 order by id

-- name: delete
delete from endpoint_sync.pending_changes where id = any($1)

-- name: add
-- What a sync leaves for the next one.
insert into endpoint_sync.pending_changes (schema_name, table_name, operation, awaits_reload, endpoint_ids)
values ($1, '', 'LEFT', $2, $3)
