-- name: read
select version, pinned_to, pinned_by, pinned_at, pin_reason, pin_id
from endpoint_sync.state where schema_name = $1 and pinned_hash is not null

-- name: target
-- What a rollback needs to know under the version row's lock: the hash of the version that it publishes, whether there
-- ever was one, and since when the version that it replaces is served.
select state.changed_at, state.version >= $2 as was_made, made.content_hash
from endpoint_sync.state
left join endpoint_sync.versions as made on made.schema_name = state.schema_name and made.version = $2
where state.schema_name = $1

-- name: changes_to
-- What leads from the newest version's table to that of another one, in the columns of VersionWriter.sql, changes. Only
-- a key that changed since can differ.
with changed as (
  select key from endpoint_sync.routes where schema_name = $1 and from_version > $2
  union
  select key from endpoint_sync.routes where schema_name = $1 and to_version > $2
)
select known.key, known.route, known.opts, known.routing, known.route_group, known.app, found.key as found_key,
  found.route as found_route, found.opts as found_opts, found.routing as found_routing,
  found.route_group as found_route_group, found.app as found_app
from changed
left join endpoint_sync.routes as known
  on known.schema_name = $1 and known.key = changed.key and known.to_version is null
left join endpoint_sync.routes as found
  on found.schema_name = $1 and found.key = changed.key and found.from_version <= $2
    and (found.to_version is null or found.to_version > $2)
where (known.key, known.route, known.opts, known.routing, known.route_group, known.app)
  is distinct from (found.key, found.route, found.opts, found.routing, found.route_group, found.app)

-- name: unpin
update endpoint_sync.state
set pinned_hash = null, pinned_to = null, pinned_by = null, pinned_at = null, pin_reason = null, pin_id = null
where schema_name = $1

-- name: pin
update endpoint_sync.state
set pinned_hash = content_hash, pinned_to = $2, pinned_by = $3, pinned_at = clock_timestamp(), pin_reason = $4,
  pin_id = $5
where schema_name = $1

-- name: describe_rollback
update endpoint_sync.versions
set rolled_back_to = $3, rolled_back_from = $4, rolled_back_by = $5, rollback_reason = $6
where schema_name = $1 and version = $2

-- name: rollback
select made.routes_added, made.routes_changed, made.routes_removed, made.rolled_back_from,
  coalesce(replaced.synced_at, made.synced_at) as replaced_at
from endpoint_sync.versions as made
left join endpoint_sync.versions as replaced
  on replaced.schema_name = made.schema_name and replaced.version = made.rolled_back_from
where made.schema_name = $1 and made.version = $2

-- name: check_all
select endpoint_sync.check_all($1)
