-- name: session
select current_setting('search_path') as search_path, current_setting('row_security') as row_security

-- name: add_state
-- The check comes first: "on conflict do nothing" waits for a sync that is changing the row, and a silo that starts
-- would wait for a frozen one.
insert into endpoint_sync.state (schema_name) select $1
where not exists (select from endpoint_sync.state where schema_name = $1) on conflict do nothing

-- name: keep_lock_key
update endpoint_sync.state set lock_key = $2 where schema_name = $1 and lock_key is distinct from $2
