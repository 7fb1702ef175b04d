-- name: after
-- With the event at the cursor itself, so that its mark can be compared.
select number, mark, kind, data::text as data, occurred_at from endpoint_sync.events
where schema_name = $1 and number >= $2
order by number
limit $3

-- name: newest
select * from (
  select number, mark, kind, data::text as data, occurred_at from endpoint_sync.events
  where schema_name = $1
  order by number desc
  limit $2
) as newest order by number

-- name: delete_old
-- The newest stays whatever its age, so that a cursor can always be compared.
delete from endpoint_sync.events where schema_name = $1 and number in (
  select number from endpoint_sync.events
  where schema_name = $1
    and number < (select max(number) from endpoint_sync.events where schema_name = $1)
    and (occurred_at < clock_timestamp() - $2
      or number <= (select max(number) from endpoint_sync.events where schema_name = $1) - $3)
  order by number limit $4)
