-- name: make_bumps_due
-- The bumps stay due for what earlier changes needed as long as the second of them is not made.
update endpoint_sync.state
set bumped_at = null, bumped_again = false, routes_changed = $2 or (routes_changed and not bumped_again),
  apps_changed = $3 or (apps_changed and not bumped_again)
where schema_name = $1
