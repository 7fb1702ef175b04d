-- name: begin
insert into endpoint_sync.rollouts
  (schema_name, version, id, held_version, held_hash, started_by, rings, hold, abort_on)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: point
-- After the pin, whose change would end a rollout.
update endpoint_sync.state set rollout = $2 where schema_name = $1

-- name: latest
-- A row for each ring that a decision was made on, or one if there is none.
select rollout.version, rollout.id, rollout.held_version, rollout.started_by, rollout.started_at, rollout.rings,
  rollout.hold, rollout.abort_on, rollout.reached, rollout.given_at, rollout.state, rollout.reason, rollout.ended_at,
  clock_timestamp() - rollout.given_at as given_for, ring.place, ring.given_at as ring_given_at, ring.decided_at,
  ring.passed, ring.decision, ring.workers, ring.requests, ring.misses, ring.errors, ring.held_requests,
  ring.held_misses, ring.held_errors
from endpoint_sync.rollouts as rollout
left join endpoint_sync.rollout_rings as ring using (schema_name, version)
where rollout.schema_name = $1
  and rollout.version = (select max(version) from endpoint_sync.rollouts where schema_name = $1)
order by ring.place

-- name: lock
-- The lock of the version row comes first, as in every sync.
select rollout from endpoint_sync.state where schema_name = $1 for no key update

-- name: add_ring
insert into endpoint_sync.rollout_rings
  (schema_name, version, place, given_at, passed, decision, workers, requests, misses, errors, held_requests,
    held_misses, held_errors)
select $1, $2, $3, given_at, $4, $5, $6, $7, $8, $9, $10, $11, $12
from endpoint_sync.rollouts where schema_name = $1 and version = $2

-- name: go_on
update endpoint_sync.rollouts set reached = reached + 1, given_at = clock_timestamp()
where schema_name = $1 and version = $2

-- name: take_back
update endpoint_sync.rollouts set state = 'TakingBack', reason = $3 where schema_name = $1 and version = $2

-- name: complete
update endpoint_sync.rollouts set state = 'Completed', ended_at = clock_timestamp()
where schema_name = $1 and version = $2

-- name: release
-- The end of the pin, which here ends no rollout: it is completed. What waited is found by a full check. Edits still
-- wait for their reload.
update endpoint_sync.state
set pinned_hash = null, pinned_to = null, pinned_by = null, pinned_at = null, pin_reason = null, pin_id = null,
  rollout = null
where schema_name = $1

-- name: check_all
select endpoint_sync.check_all($1)
