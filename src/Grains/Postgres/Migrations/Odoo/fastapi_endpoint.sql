-- The table as Odoo's ORM creates it, column for column. Its user and company columns refer to tables that only Odoo
-- has.
create table fastapi_endpoint (
  id serial not null primary key,
  user_id integer,
  company_id integer,
  create_uid integer,
  write_uid integer,
  name varchar not null,
  root_path varchar not null,
  app varchar not null,
  description text,
  active boolean,
  registry_sync boolean,
  save_http_session boolean,
  create_date timestamp,
  write_date timestamp
);
create index fastapi_endpoint__root_path_index on fastapi_endpoint (root_path);
