-- name: bump
-- The bump is recorded, so that a crash before it leaves it due. It does not wait for the disk: a server that loses it
-- has lost the record too. A sync that holds the row is not waited for: it bumps when it is done.
update endpoint_sync.state set bumped_version = version, bumped_at = clock_timestamp()
where schema_name = (
    select schema_name from endpoint_sync.state
    where schema_name = $1 and (bumped_version < version or bumped_at is null) for no key update skip locked)
  and set_config('synchronous_commit', 'off', true) is not null
returning case when routes_changed then nextval($2::regclass) end,
  endpoint_sync.signal_odoo(schema_name, routes_changed, apps_changed) as problems

-- name: bump_again
-- The row was last written by a transaction after the commit. While no session has a snapshot older than that, every
-- snapshot has the new rows: a worker that reads the sequence from then on caches them, and a worker that cached old
-- rows did so under an older number.
update endpoint_sync.state set bumped_again = true
where schema_name = (
    select schema_name from endpoint_sync.state
    where schema_name = $1 and not bumped_again and bumped_version = version and bumped_at < clock_timestamp() - $3
      and (bumped_at < clock_timestamp() - $4 or not exists (
        select from pg_stat_activity as session
        where session.datname = current_database() and session.pid <> pg_backend_pid()
          and age(session.backend_xmin) >= age(state.xmin)))
    for no key update skip locked)
  and set_config('synchronous_commit', 'off', true) is not null
returning case when routes_changed then nextval($2::regclass) end,
  endpoint_sync.signal_odoo(schema_name, routes_changed, apps_changed) as problems
