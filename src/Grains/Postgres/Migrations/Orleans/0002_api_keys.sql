-- The keys of the HTTP API. They belong to the cluster and not to a registry: who takes a registry out again, or hands
-- on a dump of Odoo's database, neither ends nor shows them.
create table orleans.api_keys (
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
