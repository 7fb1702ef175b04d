-- name: creator
select current_user::text as role where to_regnamespace($1) is null

-- name: create_schema
do $$ begin
  create schema {schema};
exception when duplicate_schema or unique_violation then
  null;
end $$

-- name: journal_creator
select current_user::text as role
where not exists (
  select from pg_class where relnamespace = (select oid from pg_namespace where nspname = $1) and relname = $2)

-- name: create_journal
-- As DbUp creates it where it finds none.
do $$ begin
  create table {journal} (
    schemaversionsid serial not null,
    scriptname character varying(255) not null,
    applied timestamp without time zone not null,
    constraint "PK_schema_migrations_Id" primary key (schemaversionsid));
exception when duplicate_table or duplicate_object or unique_violation then
  null;
end $$

-- name: missing_privileges
-- For a role that uses what another one installed.
select format(
  'GRANT USAGE ON SCHEMA %1$I TO %2$I; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %1$I TO %2$I; '
  'GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA %1$I TO %2$I;',
  nspname, current_user) as statement
from pg_namespace
where nspname = $1 and (not has_schema_privilege(oid, 'USAGE') or exists (
  select from pg_class as relation, unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) as privilege
  where relation.relnamespace = pg_namespace.oid and relation.relkind = 'r'
    and not has_table_privilege(relation.oid, privilege))
  or exists (select from pg_proc where pronamespace = pg_namespace.oid and not has_function_privilege(oid, 'EXECUTE')))
