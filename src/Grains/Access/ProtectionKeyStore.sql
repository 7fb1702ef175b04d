-- name: list
select content from orleans.protection_keys order by created_at, name

-- name: add
insert into orleans.protection_keys (name, content) values ($1, $2) on conflict (name) do nothing
