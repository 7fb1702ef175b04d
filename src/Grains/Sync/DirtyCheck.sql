-- name: read
-- One row for each endpoint that cannot be routed, or one if there is none. Whether triggers capture changes is what
-- endpoint_sync.is_tracked says, written out because a function call is planned apart; a test compares the two. The
-- subquery resolves each name once and not for every trigger.
select state.version, state.bumped_version = state.version and state.bumped_at is not null as is_bumped,
  state.content_hash,
  (select count(*) = 8 from pg_trigger
   where tgrelid = any (
     (select array[to_regclass($3 || '.fastapi_endpoint'), to_regclass($3 || '.endpoint_route')])::oid[])
     and tgname in ('endpoint_sync_insert', 'endpoint_sync_update', 'endpoint_sync_delete', 'endpoint_sync_truncate')
     and tgenabled in ('O', 'A')) as is_tracked,
  exists (
    select from endpoint_sync.pending_changes as change
    where schema_name = $1 and ($2 or (not awaits_reload and not endpoint_sync.is_recent(change))))
  or ($2 and exists (select from endpoint_sync.pending_syncs where schema_name = $1)) as is_touched,
  rejected.endpoint_id, rejected.name, rejected.root_path, rejected.reason
from endpoint_sync.state left join endpoint_sync.quarantine as rejected using (schema_name)
where schema_name = $1 order by rejected.endpoint_id
