-- name: read
select endpoint_sync.text_of(role) as role, application, process_id, host(address) as address, changed_at, operation,
  case when keys is not null then array(select endpoint_sync.text_of(one) from unnest(keys) as one) end as keys, locked,
  outcome, version
from endpoint_sync.foreign_writes
where schema_name = $1 and ($2::bigint is null or version = $2)
order by id desc

-- name: add
insert into endpoint_sync.foreign_writes
  (id, schema_name, outcome, version, operation, keys, changed_at, role, application, process_id, address, locked)
select change.id, schema_name, classified.outcome, $4, operation, keys, changed_at, role, application, process_id,
  address, locked
from endpoint_sync.pending_changes as change
join unnest($2, $3) as classified (id, outcome) on classified.id = change.id
where schema_name = $1
on conflict do nothing

-- name: count
update endpoint_sync.state set foreign_writes = foreign_writes + $2, unlocked_writes = unlocked_writes + $3
where schema_name = $1

-- name: forget
delete from endpoint_sync.foreign_writes where schema_name = $1
  and id < (select id from endpoint_sync.foreign_writes where schema_name = $1 order by id desc offset $2 limit 1)
