-- name: pending
-- Edits wait while the registry is pinned, whatever it says that they cause.
-- After a crash between commit and bump only the bump is due: a sync of everything would publish edits that nobody
-- asked for.
-- A sync that waits for the end of a rollout is not begun before it.
select (
    exists (select from endpoint_sync.pending_syncs where schema_name = $1)
    and not exists (select from endpoint_sync.state where schema_name = $1 and rollout is not null)
  ) or not exists (select from endpoint_sync.state where schema_name = $1) as is_sync_pending,
  not exists (
    select from endpoint_sync.state
    where schema_name = $1 and bumped_version = version and bumped_at is not null) as is_bump_due,
  exists (
    select from endpoint_sync.pending_changes as change
    where schema_name = $1 and (
      $2 and not exists (select from endpoint_sync.state where schema_name = $1 and pinned_hash is not null)
      or (not awaits_reload and not endpoint_sync.is_recent(change))))
    as is_change_pending,
  current_setting('transaction_read_only') = 'on' as is_read_only,
  exists (
    select from endpoint_sync.lost_versions as lost join endpoint_sync.state using (schema_name)
    where lost.schema_name = $1 and lost.version >= state.version) as is_behind,
  coalesce((select version from endpoint_sync.state where schema_name = $1), 0) as newest,
  coalesce((select foreign_writes from endpoint_sync.state where schema_name = $1), 0) as foreign_writes,
  coalesce((select unlocked_writes from endpoint_sync.state where schema_name = $1), 0) as unlocked_writes,
  (select count(*) from endpoint_sync.quarantine where schema_name = $1) as quarantined,
  (select count(*) from endpoint_sync.repair_backoffs where schema_name = $1 and until > clock_timestamp())
    as backoffs,
  -- Thousands of rows: counted after a new version, and now and then for those that retention deletes.
  case when $3 is distinct from (select version from endpoint_sync.state where schema_name = $1)
    then (select count(*) from endpoint_sync.versions where schema_name = $1) end as versions,
  (select count(*) from endpoint_sync.pending_syncs where schema_name = $1) as pending_syncs,
  (select pinned_to from endpoint_sync.state where schema_name = $1 and pinned_hash is not null) as pinned_to,
  endpoint_sync.is_tracked($1) as is_tracked

-- name: status
select version, changed_at, silo, encode(content_hash, 'hex') as content_hash,
  declared.endpoints, declared.archived, declared.unsynced,
  (select count(*)::integer from endpoint_sync.routes where schema_name = $1 and to_version is null) as routes,
  (select count(*)::integer from endpoint_sync.quarantine where schema_name = $1) as quarantined,
  exists (select from endpoint_sync.pending_syncs where schema_name = $1) as is_sync_pending,
  endpoint_sync.is_tracked($1) as is_tracked, foreign_writes, unlocked_writes,
  array(
    select endpoint_sync.text_of(left(key, 80)) from {odoo}.endpoint_route
    where not endpoint_sync.is_carried(key, route, opts, routing, route_group) order by key limit 10) as left_out,
  array(
    select distinct split_part(substr(application_name, length($2) + 1), ', ', 1) as cluster
    from pg_stat_activity
    where datname = current_database() and starts_with(application_name, $2)
      and split_part(substr(application_name, length($2) + 1), ', ', 1) <> $3
    order by cluster limit 10) as other_clusters
from endpoint_sync.state cross join (
  select count(*)::integer as endpoints,
    count(*) filter (where active is not true)::integer as archived,
    count(*) filter (where registry_sync is not true)::integer as unsynced
  from {odoo}.fastapi_endpoint
) as declared
where schema_name = $1

-- name: write_counts
select foreign_writes, unlocked_writes from endpoint_sync.state where schema_name = $1
