-- Who is signed in to the console, on every silo of the cluster. A session stands for the key that it was opened with,
-- and each request checks that key again: a revoked key ends its sessions.
create table orleans.console_sessions (
  -- SHA-256 of the cookie's 256 random bits: whoever reads this table cannot use it.
  session_hash bytea primary key check (length(session_hash) = 32),
  -- Null: a configured key, which has no row in api_keys.
  key_id text,
  key_hash bytea not null check (length(key_hash) = 32),
  address text,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null
);
