-- What the caller of a reload allowed that was answered without a sync: the retry is the same request. Other writers'
-- requests, see request_sync, allow nothing.
alter table endpoint_sync.pending_syncs
  add column allow_mass_removal boolean not null default false,
  add column attach boolean not null default false;
