-- name: add
insert into orleans.api_keys (id, name, role, registries, key_hash, created_by, expires_at)
values ($1, $2, $3, $4, $5, $6, $7)
returning *

-- name: list
select * from orleans.api_keys order by created_at, id

-- name: find
select * from orleans.api_keys where id = $1

-- name: revoke
-- A second revocation changes nothing, so that the first one stays on record.
update orleans.api_keys set revoked_at = clock_timestamp(), revoked_by = $2
where id = $1 and revoked_at is null

-- name: mark_used
-- Several silos see one key used at about the same time; only the first of them writes.
update orleans.api_keys as key set last_used_at = clock_timestamp(), last_used_from = used.address
from unnest($1::text[], $2::text[]) as used (id, address)
where key.id = used.id and (key.last_used_at is null or key.last_used_at < clock_timestamp() - $3::interval)
