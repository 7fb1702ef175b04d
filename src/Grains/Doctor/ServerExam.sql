-- name: settings
-- What is not as it should be, each with its cure. A server that counts nothing plans badly, and one that loses commits
-- in a crash makes versions go back.
select found.name as "check", found.meaning, found.cure
from (values
  (
    'version', current_setting('server_version_num')::integer / 10000 < $1,
    format('PostgreSQL %s is older than %s, the oldest version that is tested.', current_setting('server_version'), $1),
    'Upgrade the server.'),
  (
    'version', current_setting('server_version_num')::integer / 10000 > $2,
    format('PostgreSQL %s is newer than %s, the newest version that is tested.', current_setting('server_version'), $2),
    'Upgrade EndpointSync when a release names the version; nothing is known to fail.'),
  (
    'settings', current_setting('fsync') = 'off',
    'fsync is off: a crash of the machine may destroy the database, or take back versions that workers serve.',
    'ALTER SYSTEM SET fsync = on; SELECT pg_reload_conf();'),
  (
    'settings', current_setting('full_page_writes') = 'off',
    'full_page_writes is off: a crash of the machine may destroy the database.',
    'ALTER SYSTEM SET full_page_writes = on; SELECT pg_reload_conf();'),
  (
    'settings', current_setting('autovacuum') = 'off' or current_setting('track_counts') = 'off',
    'autovacuum is off: tables and their histories grow, and syncs become slow.',
    'ALTER SYSTEM SET autovacuum = on; ALTER SYSTEM SET track_counts = on; SELECT pg_reload_conf();'),
  (
    'settings', current_setting('session_replication_role') = 'replica',
    'session_replication_role is replica: triggers do not fire, and so other writers'' changes are not recorded.',
    'ALTER ROLE ... RESET session_replication_role; or ALTER DATABASE ... RESET session_replication_role;'),
  (
    'connections',
    (select count(*) from pg_stat_activity where backend_type = 'client backend') * 10
      > (current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer) * 9,
    format(
      '%s of %s connections are in use: soon silos and workers of Odoo are refused.',
      (select count(*) from pg_stat_activity where backend_type = 'client backend'),
      current_setting('max_connections')),
    'Raise max_connections, or put a pooler in session mode before the server.')
) as found (name, is_wrong, meaning, cure)
where found.is_wrong
