-- A database with the encoding SQL_ASCII takes any bytes for text, and others have characters that UTF-8 lacks. A
-- client cannot receive such a value: the whole statement fails, whichever row it is in.
create function endpoint_sync.converts(value text) returns boolean language plpgsql stable
set search_path = pg_catalog, pg_temp as $$
begin
  perform convert_to(value, 'UTF8');
  return true;
exception when others then
  return false;
end;
$$;

-- Whether a client can receive a value. In a database in UTF-8, where it costs nothing, it always can.
create function endpoint_sync.is_text(value text) returns boolean language sql stable as $$
  select getdatabaseencoding() = 'UTF8'::name or value is null or endpoint_sync.converts(value);
$$;

-- The value for a person to read, with a question mark for each byte that is no text.
create function endpoint_sync.text_of(value text) returns text language sql stable as $$
  select case
    when endpoint_sync.is_text(value) then value
    else regexp_replace(value, '[^ -~]'::text, '?'::text, 'g'::text) end;
$$;

-- Whether a row of endpoint_route can be part of a version. A key of another consumer's may fit into Odoo's index and
-- not into ours.
create function endpoint_sync.is_carried(key text, route text, opts text, routing text, route_group text)
returns boolean language sql stable as $$
  select octet_length(key) <= 2000
    and endpoint_sync.is_text(concat_ws(' '::text, key, route, opts, routing, route_group));
$$;

revoke execute on function
  endpoint_sync.converts(text), endpoint_sync.is_text(text), endpoint_sync.text_of(text),
  endpoint_sync.is_carried(text, text, text, text, text)
from public;
