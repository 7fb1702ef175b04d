-- The transaction whose request it is. Silos' own rows have none.
alter table endpoint_sync.pending_syncs add column transaction_id xid8;
create unique index pending_syncs_one on endpoint_sync.pending_syncs (schema_name, transaction_id);

create or replace function endpoint_sync.request_sync(
  reason text default 'a foreign writer asked for it', schema_name text default 'public') returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  newest bigint := endpoint_sync.current_version(schema_name);
begin
  -- A row of its own, once per transaction. To renew another session's row, as silos do, would fail under REPEATABLE
  -- READ, and a transaction left open would hold up every sync that deletes that row. The index makes it once: a
  -- setting could be reset by the caller, and a query for the transaction's own row would conflict with other sessions'
  -- rows under SERIALIZABLE.
  insert into endpoint_sync.pending_syncs (schema_name, requested_by, reason, transaction_id)
  values (
    request_sync.schema_name, session_user, left(coalesce(request_sync.reason, 'no reason given'), 200),
    pg_current_xact_id())
  on conflict do nothing;
  perform endpoint_sync.notify_if_safe('endpoint_sync', 'request ' || schema_name);
  return newest;
end;
$$;
