-- Who changed what over the HTTP API. Beside the keys: who takes a registry out again does not take its trace along.
create table orleans.audit (
  id bigint generated always as identity primary key,
  occurred_at timestamptz not null default clock_timestamp(),
  silo text not null,
  principal text not null,
  role text,
  address text,
  request_id text,
  operation text not null,
  registry text,
  target text,
  state_before jsonb,
  state_after jsonb,
  outcome text not null check (outcome in ('Begun', 'Done', 'Refused', 'Failed')),
  status integer,
  detail text,
  version bigint,
  -- Reloads that changed nothing share a row.
  count bigint not null default 1
);

-- For the deletion of old rows. A page is read along the primary key.
create index audit_occurred_at on orleans.audit (occurred_at);
