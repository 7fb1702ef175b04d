-- psql -q -v ON_ERROR_STOP=1 -v name=NAME -v path=PATH -f move.sql DSN:
-- moves an endpoint and waits until a version has it.
begin isolation level read committed;
-- A statement of its own, so that what follows sees the last holder's commit.
select endpoint_sync.try_lock() as locked \gset
\if :locked
  update fastapi_endpoint set root_path = :'path', registry_sync = false where name = :'name' and root_path <> :'path';
  -- No version is made while the lock is held, so the next one has the edit. ROW_COUNT is 0 where there was none.
  select endpoint_sync.request_sync('moved from psql') + least(:ROW_COUNT, 1) as version \gset
  commit;
  -- Outside any transaction: an open transaction sees its own edit, and no one else does.
  select endpoint_sync.wait_for_version(:version, '30 seconds') as live \gset
  \if :live
    \echo version :version live
  \else
    \warn version :version was not made in 30 seconds; the sync stays pending
  \endif
\else
  rollback;
  \warn locked by another writer
  select pg_sleep(0.1) as slept \gset
  \ir move.sql
\endif
