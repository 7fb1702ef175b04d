-- name: begin
insert into orleans.audit (silo, principal, role, address, request_id, operation, registry, target, outcome)
values ($1, $2, $3, $4, $5, $6, $7, $8, 'Begun')
returning id

-- name: complete
update orleans.audit
set outcome = $2, status = $3, detail = $4, target = coalesce($5, target), state_before = $6, state_after = $7,
  version = $8
where id = $1

-- name: add
-- Many at once: a storm of reloads costs a few statements.
insert into orleans.audit
  (occurred_at, silo, principal, role, address, request_id, operation, registry, target, outcome, status, detail,
   version, count)
select * from unnest(
  $1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
  $10::text[], $11::integer[], $12::text[], $13::bigint[], $14::bigint[])
returning id

-- name: set_count
update orleans.audit set count = $2, version = $3 where id = $1

-- name: list
select id, occurred_at, silo, principal, role, address, request_id, operation, registry, target,
  state_before::text as state_before, state_after::text as state_after, outcome, status, detail, version, count
from orleans.audit
where ($1::text is null or registry = $1) and ($2::text is null or principal = $2)
  and ($3::text is null or operation = $3) and ($4::text is null or outcome = $4)
  and ($5::timestamptz is null or occurred_at >= $5) and ($6::timestamptz is null or occurred_at < $6)
  and ($7::bigint is null or id < $7)
order by id desc
limit $8

-- name: delete_old
delete from orleans.audit where id in (
  select id from orleans.audit where occurred_at < clock_timestamp() - $1::interval order by occurred_at limit $2)
