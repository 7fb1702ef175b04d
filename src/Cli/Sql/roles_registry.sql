-- What the roles may do with Odoo's tables, as far as they exist.
do $do$
declare
  owner constant text := current_setting('endpointsync.owner');
  silo constant text := current_setting('endpointsync.silo');
  monitor constant text := current_setting('endpointsync.monitor');
  odoo constant text := current_setting('endpointsync.schema');
  statement text;
begin
  execute format('grant usage on schema %I to %I, %I, %I', odoo, owner, silo, monitor);
  for statement in
    select format('grant %s on %s %I.%I to %I', wanted.privileges, wanted.kind, odoo, wanted.name, wanted.role)
    from (values
      ('trigger', 'table', 'fastapi_endpoint', owner),
      ('trigger', 'table', 'endpoint_route', owner),
      ('select', 'table', 'fastapi_endpoint', monitor),
      ('select', 'table', 'endpoint_route', monitor),
      ('select, insert, update, delete', 'table', 'fastapi_endpoint', silo),
      ('select, insert, update, delete', 'table', 'endpoint_route', silo),
      ('usage', 'sequence', 'fastapi_endpoint_id_seq', silo),
      ('usage', 'sequence', 'endpoint_route_id_seq', silo),
      ('usage', 'sequence', 'endpoint_route_version', silo),
      -- The user and the company of new endpoints, and the series of Odoo.
      ('select (module, name, res_id)', 'table', 'ir_model_data', silo),
      ('select (id, company_id)', 'table', 'res_users', silo),
      ('select', 'table', 'ir_module_module', silo),
      -- The signals by which Odoo's workers drop their caches.
      ('usage', 'sequence', 'base_cache_signaling', silo),
      ('usage', 'sequence', 'base_cache_signaling_routing', silo),
      ('usage', 'sequence', 'base_cache_signaling_default', silo),
      ('insert', 'table', 'orm_signaling_routing', silo),
      ('insert', 'table', 'orm_signaling_default', silo),
      ('usage', 'sequence', 'orm_signaling_routing_id_seq', silo),
      ('usage', 'sequence', 'orm_signaling_default_id_seq', silo)
    ) as wanted (privileges, kind, name, role)
    join pg_class as found on found.relname = wanted.name and found.relnamespace = quote_ident(odoo)::regnamespace
      and found.relkind = case wanted.kind when 'sequence' then 'S' else 'r' end::"char"
  loop
    execute statement;
  end loop;
end;
$do$;
