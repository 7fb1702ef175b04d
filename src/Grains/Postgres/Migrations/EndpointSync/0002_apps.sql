-- The app that answers an endpoint's requests is part of what a version says: a worker that serves a version dispatches by it. It is a column of
-- fastapi_endpoint and not of endpoint_route, whose columns nobody may add to. Null for other consumers' rows.
alter table endpoint_sync.routes add column app text;

create or replace view endpoint_sync.changes as
select after.schema_name, after.from_version as version, after.key,
  case when before.key is null then 'added' else 'changed' end as operation,
  before.route as route_before, before.opts as opts_before, before.routing as routing_before, before.route_group as route_group_before,
  after.route as route_after, after.opts as opts_after, after.routing as routing_after, after.route_group as route_group_after,
  before.app as app_before, after.app as app_after
from endpoint_sync.routes as after
left join endpoint_sync.routes as before
  on before.schema_name = after.schema_name and before.key = after.key and before.to_version = after.from_version
union all
select before.schema_name, before.to_version, before.key, 'removed',
  before.route, before.opts, before.routing, before.route_group, null, null, null, null, before.app, null
from endpoint_sync.routes as before
where before.to_version is not null
  and not exists (
    select from endpoint_sync.routes as after
    where after.schema_name = before.schema_name and after.key = before.key and after.from_version = before.to_version);
