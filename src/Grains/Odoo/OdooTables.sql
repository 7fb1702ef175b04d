-- name: missing_columns
select wanted.table_name || '.' || wanted.column_name as name
from (values
  ('fastapi_endpoint', 'id'), ('fastapi_endpoint', 'name'), ('fastapi_endpoint', 'root_path'),
  ('fastapi_endpoint', 'app'), ('fastapi_endpoint', 'active'), ('fastapi_endpoint', 'registry_sync'),
  ('fastapi_endpoint', 'save_http_session'),
  ('endpoint_route', 'key'), ('endpoint_route', 'route'), ('endpoint_route', 'opts'), ('endpoint_route', 'routing'),
  ('endpoint_route', 'endpoint_hash'), ('endpoint_route', 'route_group')) as wanted (table_name, column_name)
where not exists (
  select from pg_attribute
  where attrelid = to_regclass($1 || '.' || wanted.table_name) and attname = wanted.column_name
    and attnum > 0 and not attisdropped)

-- name: missing_privileges
-- Each missing privilege as the statement that grants it.
select format(
  'GRANT %s ON %s %s TO %I;', wanted.privilege, wanted.kind, $1 || '.' || quote_ident(wanted.name), current_user)
  as statement
from (values
  ('SELECT', 'TABLE', 'fastapi_endpoint'), ('UPDATE', 'TABLE', 'fastapi_endpoint'),
  ('SELECT', 'TABLE', 'endpoint_route'), ('INSERT', 'TABLE', 'endpoint_route'),
  ('UPDATE', 'TABLE', 'endpoint_route'), ('DELETE', 'TABLE', 'endpoint_route'),
  ('USAGE', 'SEQUENCE', 'endpoint_route_version'), ('USAGE', 'SEQUENCE', 'endpoint_route_id_seq')
) as wanted (privilege, kind, name)
where case
  when to_regclass($1 || '.' || wanted.name) is null then false
  when wanted.kind = 'SEQUENCE' then not has_sequence_privilege(to_regclass($1 || '.' || wanted.name), wanted.privilege)
  else not has_table_privilege(to_regclass($1 || '.' || wanted.name), wanted.privilege) end
union all
-- A policy would hide rows, and a hidden endpoint looks like a deleted one.
select format('ALTER ROLE %I BYPASSRLS;', current_user)
where exists (
  select from unnest(array['fastapi_endpoint', 'endpoint_route']) as name
  where row_security_active(to_regclass($1 || '.' || name)))

-- name: missing_schema_privilege
select format('GRANT USAGE ON SCHEMA %s TO %I;', $1, current_user) as statement
where to_regnamespace($1) is not null and not has_schema_privilege($1::regnamespace, 'USAGE')

-- name: exists
select to_regclass($1) is not null

-- name: unusable_signals
-- Each as the statement that grants it.
select cure from endpoint_sync.odoo_signals($1) where cure is not null
