-- name: add
insert into orleans.console_sessions (session_hash, key_id, key_hash, caller, grants, address, expires_at)
values ($1, $2, $3, $4, case when $4::text is not null then $5::text[] end, $6, clock_timestamp() + $7::interval)

-- name: delete_expired
delete from orleans.console_sessions where expires_at <= clock_timestamp()

-- name: list
select session_hash, key_id, key_hash, caller, coalesce(grants, '{}') as grants, expires_at
from orleans.console_sessions
where expires_at > clock_timestamp()

-- name: delete
delete from orleans.console_sessions where session_hash = $1
