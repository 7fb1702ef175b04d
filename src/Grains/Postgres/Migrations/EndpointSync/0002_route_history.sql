-- The endpoint that a row's key names; null for other consumers' rows. RouteRow.cs says the same, and a test compares
-- the two. A regular expression that captures would cost five times as much. The first digit is looked up, because in
-- some collations other characters sort between '1' and '9'.
create function endpoint_sync.endpoint_of(key text) returns bigint language sql immutable parallel safe as $$
  select case
    when starts_with(key, 'fastapi.endpoint:') and strpos('123456789', substr(key, 18, 1)) > 0
      and strpos(ltrim(substr(key, 18, 11), '0123456789'), ':') = 1
    then case when split_part(key, ':', 2)::bigint <= 2147483647 then split_part(key, ':', 2)::bigint end
  end;
$$;

-- The key of an endpoint's row. ExpectedRoute.cs says the same, and a test compares the two.
create function endpoint_sync.key_of(endpoint_id integer) returns text language sql immutable parallel safe as $$
  select 'fastapi.endpoint:' || endpoint_id::text || ':/|/<path:application_path>';
$$;

-- Every route of every version: a row belongs to the versions from from_version up to, but not including, to_version;
-- null means it still does. It is a copy on purpose. Anyone can write endpoint_route at any time; these rows change
-- only together with the version.
create table endpoint_sync.routes (
  schema_name text not null,
  key text not null,
  from_version bigint not null,
  to_version bigint check (to_version > from_version),
  route text,
  opts text,
  routing text,
  route_group text,
  -- The app that answers an endpoint's requests: a worker dispatches by it, so it is part of the version. It is a
  -- column of fastapi_endpoint, because nobody may add a column to endpoint_route. Null for other consumers' rows.
  app text,
  endpoint_id bigint generated always as (endpoint_sync.endpoint_of(key)) stored,
  primary key (schema_name, key, from_version)
);
create unique index routes_current on endpoint_sync.routes (schema_name, key) where to_version is null;
create index routes_from on endpoint_sync.routes (schema_name, from_version);
create index routes_to on endpoint_sync.routes (schema_name, to_version) where to_version is not null;
create index routes_endpoint on endpoint_sync.routes (schema_name, endpoint_id) where to_version is null;
-- By digest, because a rule may be longer than an index entry.
create index routes_route on endpoint_sync.routes (schema_name, md5(route)) where to_version is null;

-- What changed at each version: the delta feed, the diff and the history.
create view endpoint_sync.changes as
select after.schema_name, after.from_version as version, after.key,
  case when before.key is null then 'added' else 'changed' end as operation,
  before.route as route_before, before.opts as opts_before, before.routing as routing_before,
  before.route_group as route_group_before, before.app as app_before,
  after.route as route_after, after.opts as opts_after, after.routing as routing_after,
  after.route_group as route_group_after, after.app as app_after
from endpoint_sync.routes as after
left join endpoint_sync.routes as before
  on before.schema_name = after.schema_name and before.key = after.key and before.to_version = after.from_version
union all
select before.schema_name, before.to_version, before.key, 'removed',
  before.route, before.opts, before.routing, before.route_group, before.app, null, null, null, null, null
from endpoint_sync.routes as before
where before.to_version is not null
  and not exists (
    select from endpoint_sync.routes as after
    where after.schema_name = before.schema_name and after.key = before.key and after.from_version = before.to_version);

-- The keys under which routes of some endpoints are, were in the newest version, or should be; and some further keys.
create function endpoint_sync.keys_of(schema_name text, ids integer[], further text[])
returns table (endpoint_id bigint, key text)
language sql stable as $$
  select id::bigint, endpoint_sync.key_of(id) from unnest(ids) as id
  union
  select route.endpoint_id, route.key from endpoint_sync.routes as route
  where route.schema_name = keys_of.schema_name and route.to_version is null and route.endpoint_id = any(ids)
  union
  select endpoint_sync.endpoint_of(one), one from unnest(further) as one;
$$;
