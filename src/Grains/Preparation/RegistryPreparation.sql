-- name: session
select current_setting('search_path') as search_path, current_setting('row_security') as row_security

-- name: missing_memberships
-- Odoo dumps, copies and drops the database as its owner, who needs the rights of the owner of our schema for that: the
-- dump reads our tables, and silos' sessions have to be ended. Nobody should become a member of a superuser.
select case
    when ours.rolsuper then format('SELECT endpoint_sync.set_owner(%L);', current_user)
    else format('GRANT %I TO %I;', ours.rolname, theirs.rolname) end as statement
from pg_namespace as namespace
join pg_roles as ours on ours.oid = namespace.nspowner
join pg_database as database on database.datname = current_database()
join pg_roles as theirs on theirs.oid = database.datdba
where namespace.nspname = 'endpoint_sync' and not pg_has_role(theirs.oid, ours.oid, 'usage')
  and not (ours.rolsuper and (select rolsuper from pg_roles where rolname = current_user))
union
select format('GRANT %I TO %I;', ours.rolname, theirs.rolname)
from pg_roles as ours
join pg_database as database on database.datname = current_database()
join pg_roles as theirs on theirs.oid = database.datdba
where ours.rolname = current_user and not ours.rolsuper and not pg_has_role(theirs.oid, ours.oid, 'usage')

-- name: add_state
-- The check comes first: "on conflict do nothing" waits for a sync that is changing the row, and a silo that starts
-- would wait for a frozen one.
insert into endpoint_sync.state (schema_name) select $1
where not exists (select from endpoint_sync.state where schema_name = $1) on conflict do nothing

-- name: keep_lock_key
update endpoint_sync.state set lock_key = $2 where schema_name = $1 and lock_key is distinct from $2
