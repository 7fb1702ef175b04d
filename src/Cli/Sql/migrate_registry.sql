do $do$
declare
  odoo constant text := current_setting('endpointsync.schema');
begin
  insert into endpoint_sync.state (schema_name) select odoo
  where not exists (select from endpoint_sync.state where schema_name = odoo);
  if not endpoint_sync.is_tracked(odoo) then
    perform endpoint_sync.install_triggers(odoo);
  end if;
  -- What a registry's status is read with.
  execute format(
    'grant execute on function endpoint_sync.is_tracked(text), endpoint_sync.text_of(text), endpoint_sync.is_text(text),
       endpoint_sync.converts(text), endpoint_sync.is_recent(endpoint_sync.pending_changes),
       endpoint_sync.is_carried(text, text, text, text, text) to %I',
    current_setting('endpointsync.monitor'));
end;
$do$;
