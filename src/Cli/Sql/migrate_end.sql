do $do$
declare
  ours constant text := current_setting('endpointsync.ours');
  silo constant text := current_setting('endpointsync.silo');
  monitor constant text := current_setting('endpointsync.monitor');
begin
  execute format('grant usage on schema %I to %I, %I', ours, silo, monitor);
  execute format('grant select, insert, update, delete on all tables in schema %I to %I', ours, silo);
  execute format('grant execute on all functions in schema %I to %I', ours, silo);
  execute format('grant select on all tables in schema %I to %I', ours, monitor);
end;
$do$;
