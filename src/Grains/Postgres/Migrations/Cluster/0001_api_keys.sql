-- What belongs to the cluster and not to a registry. A registry's database of its own has none of it, so a dump of
-- Odoo's database that is handed on has no keys.
create table endpoint_sync.api_keys (
  id text primary key,
  name text not null,
  role text not null check (role in ('Viewer', 'Worker', 'Operator', 'Admin')),
  -- Null: all registries.
  registries text[] check (cardinality(registries) > 0),
  -- SHA-256 of a key of 260 random bits: nobody computes the key from it.
  key_hash bytea not null check (length(key_hash) = 32),
  created_at timestamptz not null default clock_timestamp(),
  created_by text not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  revoked_by text,
  last_used_at timestamptz,
  last_used_from text
);
