-- Postgres lets everybody execute a new function. Here only the functions for other writers stay open, and the tables
-- stay closed.
revoke execute on all functions in schema endpoint_sync from public;
grant usage on schema endpoint_sync to public;
grant execute on function
  endpoint_sync.lock_key(text), endpoint_sync.try_lock(text), endpoint_sync.current_version(text),
  endpoint_sync.request_sync(text, text), endpoint_sync.wait_for_version(bigint, interval, text)
to public;
