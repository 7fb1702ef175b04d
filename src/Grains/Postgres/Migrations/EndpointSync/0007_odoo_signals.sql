-- What the bumps that are due are for. A bump that is not made yet keeps what it was for.
alter table endpoint_sync.state
  add column routes_changed boolean not null default true,
  -- An endpoint's route or app changed, or an edit of it was undone: the app that an Odoo worker keeps for a root path
  -- may be another one's.
  add column apps_changed boolean not null default true;

-- The signals by which Odoo's workers drop their caches, as far as this database has them: one sequence for all caches
-- in Odoo 16, one for each cache in 17 and 18, one table for each in 19. Routes are in "routing", the apps behind them
-- in "default". The cure is null if this role may send the signal.
create function endpoint_sync.odoo_signals(schema_name text)
returns table (relation regclass, is_table boolean, of_routes boolean, of_apps boolean, cure text)
language sql stable set search_path = pg_catalog, pg_temp as $$
  select found.oid::regclass, found.relkind = 'r', wanted.of_routes, wanted.of_apps,
    case
      when found.relkind = 'S' then
        case when not has_sequence_privilege(found.oid, 'USAGE, UPDATE')
          then format('GRANT USAGE ON SEQUENCE %s TO %I;', found.oid::regclass, current_user) end
      when not has_table_privilege(found.oid, 'INSERT')
        or not coalesce(has_sequence_privilege(ids.oid, 'USAGE, UPDATE'), true)
      then format('GRANT INSERT ON %s TO %I;', found.oid::regclass, current_user)
        || coalesce(format(' GRANT USAGE ON SEQUENCE %s TO %I;', ids.oid::regclass, current_user), '')
    end
  from (values
    ('base_cache_signaling'::name, true, true),
    ('base_cache_signaling_routing', true, false), ('base_cache_signaling_default', false, true),
    ('orm_signaling_routing', true, false), ('orm_signaling_default', false, true)
  ) as wanted (name, of_routes, of_apps)
  join pg_namespace as namespace on namespace.nspname = schema_name::name
  join pg_class as found
    on found.relnamespace = namespace.oid and found.relname = wanted.name and found.relkind in ('S', 'r')
  left join pg_class as ids
    on ids.relnamespace = namespace.oid and ids.relname = wanted.name || '_id_seq' and ids.relkind = 'S';
$$;

-- Sends the signals that a change needs. What cannot be sent is returned and does not fail the caller: EndpointSync's
-- own workers need none of them. A row's id shows only with the commit, and a worker that saw a higher one first would
-- miss it, so the caller commits at once.
create function endpoint_sync.signal_odoo(schema_name text, routes boolean, apps boolean) returns text[]
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  signal record;
  problems text[] := '{}';
begin
  for signal in
    select * from endpoint_sync.odoo_signals(schema_name) as found
    where (found.of_routes and routes) or (found.of_apps and apps)
  loop
    if signal.cure is not null then
      problems := problems || signal.cure;
    elsif signal.is_table then
      begin
        execute format('insert into %s default values', signal.relation);
      exception when others then
        problems := problems || format('%s: %s', signal.relation, sqlerrm);
      end;
    else
      perform nextval(signal.relation);
    end if;
  end loop;
  return problems;
end;
$$;

revoke execute on function
  endpoint_sync.odoo_signals(text), endpoint_sync.signal_odoo(text, boolean, boolean)
from public;
