-- name: read
-- One row for each endpoint that cannot be routed, or one if there is none. Whether triggers capture changes is what
-- endpoint_sync.is_tracked says, written out because a function call is planned apart; a test compares the two. The
-- subquery resolves each name once and not for every trigger.
select state.version, state.bumped_version = state.version and state.bumped_at is not null as is_bumped,
  state.content_hash, state.pinned_hash is not null as is_pinned, state.rollout,
  coalesce(
    (select max(lost.version) from endpoint_sync.lost_versions as lost where lost.schema_name = state.schema_name), 0)
    as lost_version,
  (select count(*) = 8
   from (
     select array[to_regclass($3 || '.fastapi_endpoint'), to_regclass($3 || '.endpoint_route')]::oid[] as of offset 0
   ) as tables
   join pg_trigger as found on found.tgrelid = any (tables.of)
   join (values
     ('endpoint_sync_insert'::name, 4, null::name, 'new_rows'::name),
     ('endpoint_sync_delete', 8, 'old_rows', null),
     ('endpoint_sync_update', 16, 'old_rows', 'new_rows'),
     ('endpoint_sync_truncate', 32, null, null)
   ) as wanted (name, type, old_rows, new_rows) on wanted.name = found.tgname
   where found.tgenabled in ('O', 'A') and found.tgtype = wanted.type
     and found.tgfoid = case found.tgrelid
       when tables.of[1] then 'endpoint_sync.record_endpoint_changes'::regproc
       else 'endpoint_sync.record_route_changes'::regproc end
     and found.tgqual is not null and cardinality(found.tgattr::smallint[]) = 0
     and found.tgoldtable is not distinct from wanted.old_rows
     and found.tgnewtable is not distinct from wanted.new_rows) as is_tracked,
  exists (
    select from endpoint_sync.pending_changes as change
    where schema_name = $1 and ($2 or (not awaits_reload and not endpoint_sync.is_recent(change))))
  or ($2 and exists (select from endpoint_sync.pending_syncs where schema_name = $1)) as is_touched,
  (select count(*) > 10000
   from (
     select from endpoint_sync.pending_changes where schema_name = $1 and awaits_reload limit 10001
   ) as edits) as has_many_edits,
  rejected.endpoint_id, rejected.name, rejected.root_path, rejected.reason
from endpoint_sync.state left join endpoint_sync.quarantine as rejected using (schema_name)
where schema_name = $1 order by rejected.endpoint_id
