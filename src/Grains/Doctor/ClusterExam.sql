-- name: members
-- Orleans deletes the rows of dead silos after a week. A silo signs every few seconds, and others probe one that does
-- not; while nobody does, a listed silo that is gone receives calls which time out.
select found.name as "check", found.silo, found.meaning, found.cure
from (
  select 'members' as name, member.siloname::text as silo,
    format(
      'The silo is listed as active at %s:%s and gave its last sign of life %s ago: it is gone, or cut off from the '
        || 'cluster''s database.',
      member.address::text, member.port, date_trunc('second', clock_timestamp() - member.iamalivetime)) as meaning,
    format(
      'Start it again, or if it is gone for good: UPDATE orleans.orleansmembershiptable SET status = 6 WHERE '
        || 'deploymentid = %L AND address = %L AND port = %s AND generation = %s;',
      member.deploymentid::text, member.address::text, member.port, member.generation) as cure
  from orleans.orleansmembershiptable as member
  where member.deploymentid::text = $1 and member.status = 3
    and member.iamalivetime < clock_timestamp() - interval '1 minute'
  union all
  select 'members', 'dead silos',
    format('%s dead silos are still listed, the oldest from %s.', count(*), min(member.starttime)),
    format(
      'DELETE FROM orleans.orleansmembershiptable WHERE deploymentid = %L AND status = 6 '
        || 'AND iamalivetime < now() - interval ''8 days'';', $1)
  from orleans.orleansmembershiptable as member
  where member.deploymentid::text = $1 and member.status = 6
    and member.iamalivetime < clock_timestamp() - interval '8 days'
  having count(*) > 0
  union all
  select 'clocks', member.siloname::text,
    format(
      'The silo''s last sign of life is %s in the future: its clock is ahead, and it would look alive when it is dead.',
      date_trunc('second', member.iamalivetime - clock_timestamp())),
    'Synchronize the machines'' clocks (NTP).'
  from orleans.orleansmembershiptable as member
  where member.deploymentid::text = $1 and member.status = 3
    and member.iamalivetime > clock_timestamp() + interval '1 second'
) as found
