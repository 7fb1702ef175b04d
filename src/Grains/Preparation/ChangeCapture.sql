-- name: is_tracked
select endpoint_sync.is_tracked($1)

-- name: check_all
select endpoint_sync.check_all($1)

-- name: set_timeouts
-- Other writers must not wait for a silo that freezes before its commit either.
set local lock_timeout = '300ms'; set local idle_in_transaction_session_timeout = '1s'

-- name: keep_syncs_out
select pg_try_advisory_xact_lock($1)

-- name: is_open_elsewhere
-- Creating a trigger waits for every writer of the table, and later writers wait behind it. So the installation does
-- not begin while there is one, keeps syncs out by their lock, and gives up soon if another writer came in between. A
-- copy of the database has tables with the same oids.
select exists (
  select from pg_locks
  where database = (select oid from pg_database where datname = current_database())
    and relation in (to_regclass($1 || '.fastapi_endpoint'), to_regclass($1 || '.endpoint_route'))
    and pid <> pg_backend_pid()
    and mode not in ('AccessShareLock', 'RowShareLock'))

-- name: install_triggers
select endpoint_sync.install_triggers($1)

-- name: owners
-- If this role may not install the triggers, the tables' owner is granted the functions and gets the statement to run.
-- Where this role may not grant them either, their owner has to.
select quote_ident(owner.rolname) as role, bool_and(
  pg_has_role(relation.relowner, 'usage') or has_table_privilege(relation.oid, 'trigger')) as may_install,
  (select bool_and(has_function_privilege(owner.oid, one, 'execute')) from unnest(string_to_array($2, ', ')) as one)
    as has_functions,
  (
    select quote_ident(pg_get_userbyid(proowner)) from pg_proc
    where oid = to_regprocedure('endpoint_sync.install_triggers(text)')) as functions_owner
from pg_class as relation join pg_roles as owner on owner.oid = relation.relowner
where relation.oid in (to_regclass($1 || '.fastapi_endpoint'), to_regclass($1 || '.endpoint_route'))
group by owner.oid, owner.rolname
