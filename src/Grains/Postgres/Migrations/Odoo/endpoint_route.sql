-- The table, its sequence and its triggers as OCA's endpoint_route_handler creates them. Readers unpack every column by
-- position: none may be added, dropped or moved. The two version triggers carry each other's name there, and so they do
-- here.
create table endpoint_route (
  id serial not null,
  key varchar,
  route varchar,
  opts text,
  routing text,
  endpoint_hash varchar(32),
  route_group varchar(32),
  updated_at timestamp not null default now(),
  primary key (id),
  constraint endpoint_route__endpoint_hash_uniq unique (endpoint_hash)
);
create unique index endpoint_route__key_uniq on endpoint_route (key);

create sequence endpoint_route_version increment by 1 start with 1;

create function endpoint_route_set_timestamp() returns trigger language plpgsql as $$
begin
  new.updated_at = now();
  return new;
end;
$$;

create function increment_endpoint_route_version() returns trigger language plpgsql as $$
begin
  perform nextval('endpoint_route_version');
  return new;
end;
$$;

create trigger trigger_endpoint_route_set_timestamp before update on endpoint_route
  for each row execute function endpoint_route_set_timestamp();
create trigger update_endpoint_route_version_trigger before insert on endpoint_route
  for each row execute function increment_endpoint_route_version();
create trigger insert_endpoint_route_version_trigger before update on endpoint_route
  for each row execute function increment_endpoint_route_version();
