-- A pin: an operator's order to publish one table, that of an earlier version, until the pin is taken off. The check
-- makes Postgres refuse every other table, whichever silo would publish it. So a silo of a build that knows no pins
-- fails and publishes nothing. Null in all of these: not pinned.
alter table endpoint_sync.state
  -- The hash of the pinned table. While there is a pin, the newest version always has it.
  add column pinned_hash bytea,
  -- The version whose table it is.
  add column pinned_to bigint,
  add column pinned_by text,
  add column pinned_at timestamptz,
  add column pin_reason text,
  -- The request that set the pin. Whoever repeats it, because its answer was lost, finds it carried out.
  add column pin_id uuid,
  add constraint a_pinned_registry_publishes_only_the_pinned_table
    check (pinned_hash is null or pinned_hash = content_hash);

-- What a version made by a rollback says besides; null in all other versions.
alter table endpoint_sync.versions
  add column rolled_back_to bigint,
  add column rolled_back_from bigint,
  add column rolled_back_by text,
  add column rollback_reason text,
  -- How long the version before it was served: from its commit until every silo and worker served this one. Null as
  -- long as that is not known.
  add column replaced_served_for interval;
