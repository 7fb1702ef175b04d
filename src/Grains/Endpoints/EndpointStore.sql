-- Edits fire Odoo's triggers, so their transactions have the registry's schema in the search path: every varchar that
-- meets an operator or a function is cast, so that nobody else's is used.
--
-- An edit in Odoo sets write_date, a sync does not: the tag distinguishes edits, not syncs.

-- name: list
select id, endpoint_sync.text_of(name::text) as name, endpoint_sync.text_of(root_path::text) as root_path,
  endpoint_sync.text_of(app::text) as app, endpoint_sync.text_of(description) as description, active,
  save_http_session, registry_sync,
  md5(row(name, root_path, app, description, active, save_http_session, write_date)::text) as etag
from {odoo}.fastapi_endpoint where id >= $1 order by id limit $2

-- name: get
select id, endpoint_sync.text_of(name::text) as name, endpoint_sync.text_of(root_path::text) as root_path,
  endpoint_sync.text_of(app::text) as app, endpoint_sync.text_of(description) as description, active,
  save_http_session, registry_sync,
  md5(row(name, root_path, app, description, active, save_http_session, write_date)::text) as etag
from {odoo}.fastapi_endpoint where id = $1

-- name: lock
select id from {odoo}.fastapi_endpoint where id = $1 for no key update

-- name: rivals_of_path
-- The endpoints that may have a root path, apart from white space. RootPath.cs decides which of them do.
select id, endpoint_sync.text_of(left(name::text, 200)) as name, endpoint_sync.text_of(root_path::text) as root_path
from {odoo}.fastapi_endpoint
where active and id <> $2 and endpoint_sync.folded(translate(endpoint_sync.text_of(root_path::text), $3, '')) = any($1)
order by id

-- name: add
insert into {odoo}.fastapi_endpoint
  (name, root_path, app, description, active, save_http_session, registry_sync, create_date, write_date)
values ($1, $2, $3, $4, $5, $6, false, now() at time zone 'utc', now() at time zone 'utc')
returning id

-- name: default_owner
select user_id, company_id from endpoint_sync.default_owner($1)

-- name: set_owner
update {odoo}.fastapi_endpoint set user_id = $2, company_id = $3 where id = $1

-- name: change
-- What decides the routes clears the flag, as it does in Odoo; a new name or description does not.
update {odoo}.fastapi_endpoint
set name = coalesce($2, name), root_path = coalesce($3, root_path), app = coalesce($4, app),
  description = coalesce($5, description), active = coalesce($6, active),
  save_http_session = coalesce($7, save_http_session),
  registry_sync = registry_sync and $3::text is null and $6::boolean is null and $7::boolean is null,
  write_date = clock_timestamp() at time zone 'utc'
where id = $1

-- name: delete
delete from {odoo}.fastapi_endpoint where id = $1
