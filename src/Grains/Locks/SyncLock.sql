-- name: set_limits
-- The limits go first, so that no transaction can hold the lock without them. The last setting keeps our own triggers
-- from recording what we write. The commit waits for its durability whatever the server's default, because silos and
-- workers serve the version from then on. A stronger setting stays.
select set_config('statement_timeout', $1, true), set_config('lock_timeout', $2, true),
  set_config('idle_in_transaction_session_timeout', $3, true), set_config('endpoint_sync.syncing', 'on', true),
  set_config('synchronous_commit', case
    when current_setting('synchronous_commit') in ('off', 'local', 'remote_write') then 'on'
    else current_setting('synchronous_commit') end, true)

-- name: try_take
select pg_try_advisory_xact_lock($1) as is_taken

-- name: holder
-- Of another role's session Postgres shows only process, role and application, and says so in place of the query. A
-- shared lock may have several holders; the one that may block for longest is reported.
select coalesce(held.pid, 0) as process_id, activity.application_name as application, activity.usename as role,
  host(activity.client_addr) as client, activity.state, activity.xact_start as transaction_start,
  nullif(left(regexp_replace(
    activity.query,
    case when getdatabaseencoding() = 'SQL_ASCII' then '[^ -~]+' else '[[:space:][:cntrl:]]+' end, ' ', 'g'), 200),
    '<insufficient privilege>') as query,
  clock_timestamp() as now, session_user as own_role
from pg_locks as held
left join pg_stat_activity as activity on activity.pid = held.pid
where held.locktype = 'advisory' and held.granted and held.objsubid = 1
  and held.database = (select oid from pg_database where datname = current_database())
  and (held.classid::bigint << 32 | held.objid::bigint) = $1
order by activity.xact_start nulls first, held.pid
limit 1

-- name: end_frozen
-- The limits end a statement that Postgres works on and a transaction that stands idle. Neither ends a session in the
-- middle of a message, which waits for the rest of a statement, or for its rows to be read, as long as the frozen
-- process' system keeps the connection open. A sync whose statement has exceeded its limit is past saving, so nothing
-- is lost with it.
select pg_terminate_backend(pid) from pg_stat_activity
where pid = $1 and usename = session_user and state = 'active' and wait_event in ('ClientRead', 'ClientWrite')
  and state_change < clock_timestamp() - $2
