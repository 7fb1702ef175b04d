-- name: read
-- Whoever announced routes and is in the next transaction is writing them. Keys that cannot be received count as:
-- anything may have changed.
-- Other writers may record changes of routes without end. A look reads the first 10,000 and about 100,000 keys at most.
-- Those of endpoints in backoff do not count, unless it is a reload of everything ($3): they stay recorded, and would
-- be in the way of others. The writers of changes that are known already ($4) are not looked for again.
with backed_off as materialized (
  select coalesce(array_agg(endpoint_id), '{}') as ids
  from endpoint_sync.repair_backoffs where schema_name = $1 and until > statement_timestamp() and not $3
), of_routes as materialized (
  select id, coalesce(cardinality(keys), 0) as weight
  from endpoint_sync.pending_changes, backed_off
  where schema_name = $1 and table_name = 'endpoint_route'
    and (keys is null or exists (
      select from unnest(keys) as key where (endpoint_sync.endpoint_of(key) = any(backed_off.ids)) is not true))
  order by id limit 10001
), first_of_routes as materialized (
  select id from (
    select id, sum(weight) over (order by id) - weight as before, row_number() over (order by id) as number
    from of_routes) as counted
  where before < 100000 and number <= 10000
), at_work as materialized (
  select endpoint_sync.sessions_at_work(
    array(
      select distinct process_id from endpoint_sync.pending_changes as change
      where schema_name = $1 and endpoint_sync.is_protected(change) and not id = any($4)), $2) as process_ids
)
select id, awaits_reload, kind.is_announcement,
  endpoint_sync.is_recent(change) or kind.is_announcement and (seen_at is null or writer.is_at_work) as is_recent,
  seen_at is not null as is_seen,
  endpoint_ids, case when endpoint_sync.is_text(array_to_string(keys, ' ')) then keys end as keys, operation,
  changed_at, endpoint_sync.text_of(role) as role, application, process_id, host(address) as address, locked,
  kind.is_protected, writer.is_at_work as is_writer_at_work,
  (select count(*) from of_routes) > (select count(*) from first_of_routes) as is_followed
from endpoint_sync.pending_changes as change
cross join lateral (
  select not awaits_reload and table_name = 'fastapi_endpoint' as is_announcement,
    endpoint_sync.is_protected(change) as is_protected
) as kind
cross join lateral (
  select kind.is_protected and process_id = any((select process_ids from at_work)::integer[]) as is_at_work
) as writer
where schema_name = $1 and (table_name <> 'endpoint_route' or id in (select id from first_of_routes)) order by id

-- name: merge_edits
-- Whoever edits endpoints in a loop records edits without end, and a look must know of each endpoint whether it waits.
-- A step deletes what later records of the same step say again, of 10,000 edits and about 100,000 ids at most. Each
-- session keeps its last record of an endpoint, because it may be about to edit it again. Edits of the whole table
-- count as those of one more endpoint. Returns the last id of the step; null for the last step.
with edits as materialized (
  select id, endpoint_ids, process_id, coalesce(cardinality(endpoint_ids), 1) as weight
  from endpoint_sync.pending_changes
  where schema_name = $1 and awaits_reload and table_name = 'fastapi_endpoint' and id > $2 order by id limit 10000
), step as materialized (
  select * from (select *, sum(weight) over (order by id) - weight as before from edits) as counted
  where before < 100000
), live as materialized (
  select pid from pg_stat_activity
), latest as materialized (
  select max(id) as id
  from step left join live on pid = process_id
  cross join lateral unnest(coalesce(endpoint_ids, array[null::integer])) as endpoint_id
  group by endpoint_id, pid
), merged as (
  delete from endpoint_sync.pending_changes
  where id in (
    select id from endpoint_sync.pending_changes
    where id in (select id from step except select id from latest) for update skip locked)
)
select case when count(*) >= 10000 or count(*) < (select count(*) from edits) then max(id) end as last from step

-- name: see
-- It does not wait for the disk: after a crash the next look counts.
update endpoint_sync.pending_changes set seen_at = clock_timestamp()
where id in (
    select id from endpoint_sync.pending_changes where id = any($1) and seen_at is null for update skip locked)
  and set_config('synchronous_commit', 'off', true) is not null

-- name: is_any_at_work
select cardinality(endpoint_sync.sessions_at_work($1, 5)) > 0

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
