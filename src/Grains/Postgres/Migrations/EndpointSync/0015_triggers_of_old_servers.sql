-- PostgreSQL 13 cannot replace a trigger. There one that is right is left alone, and another one is dropped first. Only
-- the tables' owner may do that, and readers wait for it; since 14 the privilege TRIGGER is enough, and readers go on.
create or replace function endpoint_sync.install_triggers(schema_name text) returns void language plpgsql
set search_path = pg_catalog, pg_temp as $$
declare
  can_replace constant boolean := current_setting('server_version_num')::integer >= 140000;
  relation text;
  event text;
  found_right boolean;
begin
  foreach relation in array array['fastapi_endpoint', 'endpoint_route'] loop
    foreach event in array array['insert', 'update', 'delete', 'truncate'] loop
      found_right := (
        select tgenabled in ('O', 'A') and tgqual is not null and cardinality(tgattr::smallint[]) = 0
          and tgtype = case event when 'insert' then 4 when 'delete' then 8 when 'update' then 16 else 32 end
          and tgfoid = case relation
            when 'fastapi_endpoint' then 'endpoint_sync.record_endpoint_changes'::regproc
            else 'endpoint_sync.record_route_changes'::regproc end
        from pg_trigger
        where tgrelid = format('%I.%I', schema_name, relation)::regclass and tgname = 'endpoint_sync_' || event);
      if not can_replace and not found_right then
        execute format('drop trigger endpoint_sync_%s on %I.%I', event, schema_name, relation);
      end if;
      if can_replace or found_right is distinct from true then
        execute format(
          'create %6$s trigger endpoint_sync_%1$s after %1$s on %2$I.%3$I %4$s for each statement
           when (current_setting(''endpoint_sync.syncing'', true) is distinct from ''on'')
           execute function endpoint_sync.%5$I()',
          event, schema_name, relation,
          case event
            when 'insert' then 'referencing new table as new_rows'
            when 'update' then 'referencing old table as old_rows new table as new_rows'
            when 'delete' then 'referencing old table as old_rows' end,
          case relation when 'fastapi_endpoint' then 'record_endpoint_changes' else 'record_route_changes' end,
          case when can_replace then 'or replace' end);
      end if;
      if pg_has_role(
        (select relowner from pg_class where oid = format('%I.%I', schema_name, relation)::regclass), 'usage') then
        execute format('alter table %I.%I enable always trigger endpoint_sync_%s', schema_name, relation, event);
      end if;
    end loop;
  end loop;
  perform endpoint_sync.check_all(schema_name);
end;
$$;
