-- A session may stand for somebody whom an issuer of tokens knows, with what that issuer allowed. Its key_hash is that
-- of no key, so a silo of the build before lets that person sign in again.
alter table orleans.console_sessions add column caller text, add column grants text[],
  add constraint console_sessions_grants_check check ((caller is null) = (grants is null));

-- The keys that protect the state of a sign-in on its way by the issuer, which may lead back to another silo. They open
-- no session.
create table orleans.protection_keys (
  name text primary key,
  content text not null,
  created_at timestamptz not null default clock_timestamp()
);
