-- name: active
-- Compared with the statement's time, because no index is searched for clock_timestamp().
select endpoint_id from endpoint_sync.repair_backoffs where schema_name = $1 and until > statement_timestamp()

-- name: read
select endpoint_id, repairs, since, until, endpoint_sync.text_of(role) as role, application, process_id,
  host(address) as address
from endpoint_sync.repair_backoffs
where schema_name = $1 and repairs > $2 and repaired_at > clock_timestamp() - interval '5 minutes'
order by endpoint_id

-- name: forget
-- A backoff that ended minutes ago is over: the next repair begins a new one.
delete from endpoint_sync.repair_backoffs
where schema_name = $1 and until < statement_timestamp() - interval '5 minutes'

-- name: record
-- A series of repairs is over after some minutes without one, which is longer than the longest delay.
insert into endpoint_sync.repair_backoffs as known
  (schema_name, endpoint_id, repairs, since, repaired_at, until, role, application, process_id, address)
select $1, id, 1, clock_timestamp(), clock_timestamp(), clock_timestamp(), $3, $4, $5, $6::inet from unnest($2) as id
on conflict (schema_name, endpoint_id) do update
set repairs = case when known.repaired_at > clock_timestamp() - interval '5 minutes' then known.repairs + 1 else 1 end,
  since = case
    when known.repaired_at > clock_timestamp() - interval '5 minutes' then known.since else excluded.since end,
  repaired_at = excluded.repaired_at,
  until = clock_timestamp() + case
    when known.repaired_at > clock_timestamp() - interval '5 minutes' and known.repairs >= $7
    then least(interval '1 second' * power(2, least(known.repairs + 1 - $7, 10)), interval '1 minute')
    else interval '0' end,
  role = excluded.role, application = excluded.application, process_id = excluded.process_id, address = excluded.address
returning endpoint_id, repairs, since, until, role, application, process_id, host(address) as address
