-- The series of the Odoo that uses a schema, such as 18; null if its table of modules is absent or not readable. It is
-- asked in each preflight, so that an upgrade of Odoo is noticed. A table that is missing is no error, so the statement
-- is made when it runs.
create function endpoint_sync.odoo_series(schema_name text) returns integer
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  modules constant oid := to_regclass(format('%I.ir_module_module', schema_name));
  series integer;
begin
  if modules is null or not has_table_privilege(modules, 'SELECT') then
    return null;
  end if;
  execute format(
    'select substring(latest_version::text from ''^(?:saas~)?([0-9]{1,4})[.]'')::integer from %I.ir_module_module '
    'where name::text = ''base''', schema_name) into series;
  return series;
exception when others then
  return null;
end;
$$;
revoke execute on function endpoint_sync.odoo_series(text) from public;

-- Finds root paths that may be one to Odoo's lookup, which ignores case, white space, repeated and trailing slashes.
-- RootPath.cs decides whether they are; its Fold says the same, and a test compares the two.
create function endpoint_sync.folded(path text) returns text
language sql immutable strict parallel safe
as $$
  select pg_catalog.translate(
    pg_catalog.lower(path collate pg_catalog."C"), E'/ \t\n\x0B\f\r\x1C\x1D\x1E\x1F', '');
$$;
revoke execute on function endpoint_sync.folded(text) from public;

drop index endpoint_sync.routes_route;
create index routes_path on endpoint_sync.routes (schema_name, md5(endpoint_sync.folded(route)))
where to_version is null;
