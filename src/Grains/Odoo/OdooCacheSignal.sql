-- name: make_bumps_due
update endpoint_sync.state set bumped_at = null, bumped_again = false
where schema_name = $1
returning to_regclass($2) is not null as has_second_channel

-- name: send
-- Odoo 19 invalidates its caches when a row appears here; other versions do not have the table.
insert into {odoo}.orm_signaling_routing default values
