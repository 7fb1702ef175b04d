-- Requests with an Idempotency-Key, and what was answered to them. Beside the keys and the audit, and not in a
-- registry's database: a caller may repeat a request to any silo, and an answer outlives the registry's restore.
create table orleans.idempotency_keys (
  principal text not null,
  key text not null,
  -- SHA-256 of all that makes a request another one.
  fingerprint bytea not null check (length(fingerprint) = 32),
  -- Tells the request that runs from one that ran before it under the same key.
  run uuid not null,
  silo text not null,
  begun_at timestamptz not null default clock_timestamp(),
  -- The silo renews it while the request runs. If it is old and there is no status, nobody knows the outcome.
  alive_at timestamptz not null default clock_timestamp(),
  status integer,
  headers jsonb,
  body bytea,
  primary key (principal, key)
);
create index idempotency_keys_begun_at on orleans.idempotency_keys (begun_at);
