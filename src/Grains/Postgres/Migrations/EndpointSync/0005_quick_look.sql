-- Whether every writer's changes of a registry are noted. Every reload asks it, and PL/pgSQL keeps the plan where a function in SQL plans each time.
create or replace function endpoint_sync.is_tracked(registry text) returns boolean language plpgsql stable as $$
begin
  return (
    select count(*) = 8 from pg_trigger
    where tgrelid in (to_regclass(format('%I.fastapi_endpoint', registry)), to_regclass(format('%I.endpoint_route', registry)))
      and tgname in ('endpoint_sync_insert', 'endpoint_sync_update', 'endpoint_sync_delete', 'endpoint_sync_truncate')
      and tgenabled in ('O', 'A'));
end;
$$;
