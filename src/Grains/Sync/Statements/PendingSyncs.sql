-- name: read
-- Any role may request syncs, as often as it likes. What one sync does not fulfil is left for the next.
select id, allow_mass_removal, attach from endpoint_sync.pending_syncs where schema_name = $1 limit 10000

-- name: add
-- One row is enough, but a sync that read it before this request's edit was committed may delete it. So the row gets a
-- new id, which that sync does not know. If that sync is deleting it already, the row is skipped and a second one is
-- added.
with renewed as (
  update endpoint_sync.pending_syncs
  set id = default, requested_at = clock_timestamp(), requested_by = $2, reason = $3,
    allow_mass_removal = allow_mass_removal or $4, attach = attach or $5
  where id = (
    select id from endpoint_sync.pending_syncs where schema_name = $1 order by id desc limit 1 for update skip locked)
  returning id
)
insert into endpoint_sync.pending_syncs (schema_name, requested_by, reason, allow_mass_removal, attach)
select $1, $2, $3, $4, $5
where not exists (select from renewed)

-- name: delete
delete from endpoint_sync.pending_syncs where id = any($1)
