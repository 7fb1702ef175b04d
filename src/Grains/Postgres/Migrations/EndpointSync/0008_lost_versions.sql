-- Versions that somebody has served and this database does not have, because it went back: to a standby, a backup or a
-- new schema. The next version is larger than all of them, whether routes change or not, so that receivers, which only
-- move forward, move on to what the database has. The sync that makes it deletes them.
create table endpoint_sync.lost_versions (
  schema_name text not null references endpoint_sync.state,
  version bigint not null check (version > 0),
  content_hash bytea not null,
  noticed_at timestamptz not null default clock_timestamp(),
  -- The silo that noticed it.
  silo text not null,
  primary key (schema_name, version)
);
