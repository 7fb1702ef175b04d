-- name: record
-- Whoever served a version read it after its commit. So a snapshot taken now has that version or a later one, unless
-- the database went back. A version that another silo has recorded is recorded once.
with lost as (
  select state.schema_name from endpoint_sync.state
  where state.schema_name = $1 and (state.version < $2 or (state.version = $2 and state.content_hash <> $3))
), added as (
  insert into endpoint_sync.lost_versions (schema_name, version, content_hash, silo)
  select lost.schema_name, $2, $3, $4 from lost
  where not exists (
    select from endpoint_sync.lost_versions as known where known.schema_name = $1 and known.version >= $2)
  on conflict do nothing
  returning version
)
select exists (select from lost) as is_lost, exists (select from added) as is_added

-- name: forget
delete from endpoint_sync.lost_versions where schema_name = $1 and version < $2
