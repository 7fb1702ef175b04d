-- name: shadows
-- Functions that Odoo's triggers would call instead of Postgres' own: in the registry's schema, under a name that a
-- trigger function mentions and pg_catalog has, and of a role that neither owns the tables nor is trusted anyway.
select shadow.oid::regprocedure::text as function, pg_get_userbyid(shadow.proowner)::text as owner
from pg_proc as shadow
where shadow.pronamespace = to_regnamespace($1)::oid
  and shadow.proowner <> all (
    select relowner from pg_class
    where oid in (to_regclass($1 || '.fastapi_endpoint'), to_regclass($1 || '.endpoint_route')))
  and shadow.proowner <> (select oid from pg_roles where rolname = current_user)
  and not exists (select from pg_roles where oid = shadow.proowner and rolsuper)
  and exists (
    select from pg_trigger as fired join pg_proc as body on body.oid = fired.tgfoid
    where fired.tgrelid in (to_regclass($1 || '.fastapi_endpoint'), to_regclass($1 || '.endpoint_route'))
      and strpos(body.prosrc, shadow.proname::text) > 0)
  and exists (
    select from pg_proc as own
    where own.proname = shadow.proname and own.pronamespace = 'pg_catalog'::regnamespace)
