-- name: begin
-- The first request with a key, or the first after the key ran out. One whose outcome is unknown is run again only if
-- that is harmless.
insert into orleans.idempotency_keys as known (principal, key, fingerprint, run, silo)
values ($1, $2, $3, $4, $5)
on conflict (principal, key) do update
set fingerprint = excluded.fingerprint, run = excluded.run, silo = excluded.silo, begun_at = clock_timestamp(),
  alive_at = clock_timestamp(), status = null, headers = null, body = null
where known.begun_at < clock_timestamp() - $6::interval
  or ($7 and known.fingerprint = excluded.fingerprint and known.status is null
    and known.alive_at < clock_timestamp() - $8::interval)

-- name: find
select fingerprint, silo, status, headers::text as headers, body, alive_at < clock_timestamp() - $3::interval as is_lost
from orleans.idempotency_keys where principal = $1 and key = $2

-- name: keep_alive
update orleans.idempotency_keys set alive_at = clock_timestamp()
where principal = $1 and key = $2 and run = $3 and status is null

-- name: complete
update orleans.idempotency_keys set status = $4, headers = $5, body = $6 where principal = $1 and key = $2 and run = $3

-- name: release
delete from orleans.idempotency_keys where principal = $1 and key = $2 and run = $3 and status is null

-- name: abandon
update orleans.idempotency_keys set alive_at = '-infinity'
where principal = $1 and key = $2 and run = $3 and status is null

-- name: delete_old
delete from orleans.idempotency_keys where (principal, key) in (
  select principal, key from orleans.idempotency_keys
  where begun_at < clock_timestamp() - $1::interval order by begun_at limit $2)
