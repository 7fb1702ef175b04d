-- What any role may call, in any language: docs/how-to/foreign-writers.md. Every name is qualified and the search path
-- is pinned, so that no temporary table or operator of the caller's can replace what is meant. The first two need only
-- the caller's own rights.

create function endpoint_sync.lock_key(name text default 'spp_api_v2.fastapi_endpoint_sync') returns bigint
language sql immutable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
  select ('x' || encode(substr(sha256(convert_to(name, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint
$$;

create function endpoint_sync.try_lock(name text default 'spp_api_v2.fastapi_endpoint_sync') returns boolean
language sql volatile strict
set search_path = pg_catalog, pg_temp
as $$
  select pg_try_advisory_xact_lock(endpoint_sync.lock_key(name))
$$;

create function endpoint_sync.current_version(schema_name text default 'public') returns bigint
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  newest bigint;
begin
  select state.version into newest from endpoint_sync.state where state.schema_name = current_version.schema_name;
  if newest is null then
    raise exception 'No registry has its tables in schema %. Schemas with a registry: %.', quote_nullable(schema_name),
      coalesce(
        (select string_agg(quote_literal(state.schema_name), ', ' order by state.schema_name) from endpoint_sync.state),
        'none')
      using errcode = 'invalid_parameter_value';
  end if;
  return newest;
end;
$$;

create function endpoint_sync.request_sync(
  reason text default 'a foreign writer asked for it', schema_name text default 'public') returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  newest bigint := endpoint_sync.current_version(schema_name);
begin
  -- A row of its own, once per transaction. To renew another session's row, as silos do, would fail under REPEATABLE
  -- READ, and a transaction left open would hold up every sync that deletes that row. The reminder that it was added is
  -- a setting that ends with the transaction, because under SERIALIZABLE two sessions that look for their own rows here
  -- would conflict.
  if current_setting('endpoint_sync.requested', true) is distinct from schema_name then
    insert into endpoint_sync.pending_syncs (schema_name, requested_by, reason)
    values (schema_name, session_user, left(coalesce(reason, 'no reason given'), 200));
    perform set_config('endpoint_sync.requested', schema_name, true);
  end if;
  perform endpoint_sync.notify_if_safe('endpoint_sync', 'request ' || schema_name);
  return newest;
end;
$$;

create function endpoint_sync.wait_for_version(
  version bigint, timeout interval default '5 seconds', schema_name text default 'public') returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  deadline constant timestamptz := clock_timestamp() + timeout;
begin
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception 'A % transaction sees no version that was made after its first statement, so it cannot wait for '
      'one. Call wait_for_version in a READ COMMITTED transaction, or current_version in a new transaction each time.',
      upper(current_setting('transaction_isolation')) using errcode = 'invalid_transaction_state';
  end if;
  if version is null then
    raise exception 'The version to wait for is null.' using errcode = 'null_value_not_allowed';
  end if;
  if timeout is null or timeout not between interval '0' and interval '1 minute' then
    raise exception 'The timeout % is not between 0 and 1 minute.', quote_nullable(timeout)
      using errcode = 'invalid_parameter_value';
  end if;
  while endpoint_sync.current_version(schema_name) < version loop
    if clock_timestamp() >= deadline then
      return false;
    end if;
    perform pg_sleep(0.05);
  end loop;
  return true;
end;
$$;
