-- name: read
select endpoint_id, name, root_path, reason from endpoint_sync.quarantine where schema_name = $1 order by endpoint_id

-- name: count
select count(*) from endpoint_sync.quarantine where schema_name = $1

-- name: among
select endpoint_id from endpoint_sync.quarantine where schema_name = $1 and endpoint_id = any($2)

-- name: page
select endpoint_id, name, root_path, reason from endpoint_sync.quarantine
where schema_name = $1 and endpoint_id > $2
order by endpoint_id
limit $3

-- name: release
delete from endpoint_sync.quarantine where schema_name = $1 and endpoint_id <> all($2)

-- name: keep
-- since stays while the reason stays the same.
insert into endpoint_sync.quarantine as known (schema_name, endpoint_id, name, root_path, reason)
select $1, * from unnest($2, $3, $4, $5)
on conflict (schema_name, endpoint_id) do update
set name = excluded.name, root_path = excluded.root_path, reason = excluded.reason,
  since = case when known.reason = excluded.reason then known.since else excluded.since end
where (known.name, known.root_path, known.reason) is distinct from (excluded.name, excluded.root_path, excluded.reason)
returning endpoint_id, name, root_path, reason
