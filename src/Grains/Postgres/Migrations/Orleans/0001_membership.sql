-- What Orleans' AdoNet clustering reads and writes: which silos there are, which of them are alive, and one version
-- that every change of that list advances. Orleans itself runs one statement, the select on OrleansQuery, and then the
-- texts it finds there by their keys. Names are unqualified in those texts; the connection's search path leads them to
-- this schema.

create table orleans.OrleansQuery (
  QueryKey varchar(64) not null primary key,
  QueryText varchar(8000) not null
);

create table orleans.OrleansMembershipVersionTable (
  DeploymentId varchar(150) not null primary key,
  Timestamp timestamptz(3) not null default now(),
  Version integer not null default 0
);

create table orleans.OrleansMembershipTable (
  DeploymentId varchar(150) not null references orleans.OrleansMembershipVersionTable,
  Address varchar(45) not null,
  Port integer not null,
  Generation integer not null,
  SiloName varchar(150) not null,
  HostName varchar(150) not null,
  Status integer not null,
  ProxyPort integer,
  SuspectTimes varchar(8000),
  StartTime timestamptz(3) not null,
  IAmAliveTime timestamptz(3) not null,
  primary key (DeploymentId, Address, Port, Generation)
);

insert into orleans.OrleansQuery (QueryKey, QueryText) values

('InsertMembershipVersionKey', $query$
with inserted as (
  insert into OrleansMembershipVersionTable (DeploymentId) values (@DeploymentId)
  on conflict do nothing
  returning 1
)
select count(*)::integer from inserted
$query$),

-- The version row is the gate: of two changes that read the same version only the first finds it unchanged, because the
-- second waits for the row and then checks the condition again. The silo's row follows only if the gate let the change
-- through.
('InsertMembershipKey', $query$
with advanced as (
  update OrleansMembershipVersionTable
  set Version = Version + 1, Timestamp = now()
  where DeploymentId = @DeploymentId and Version = @Version
    and not exists (
      select from OrleansMembershipTable
      where DeploymentId = @DeploymentId and Address = @Address and Port = @Port and Generation = @Generation)
  returning DeploymentId
), inserted as (
  insert into OrleansMembershipTable
    (DeploymentId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, StartTime, IAmAliveTime)
  select
    DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
  from advanced
  returning 1
)
select count(*)::integer from inserted
$query$),

-- The silo's row is locked before the version row is advanced: a clean-up that deletes it in between would leave a
-- version without a change.
('UpdateMembershipKey', $query$
with silo as (
  select DeploymentId from OrleansMembershipTable
  where DeploymentId = @DeploymentId and Address = @Address and Port = @Port and Generation = @Generation
  for update
), advanced as (
  update OrleansMembershipVersionTable as version
  set Version = version.Version + 1, Timestamp = now()
  from silo
  where version.DeploymentId = silo.DeploymentId and version.Version = @Version
  returning version.DeploymentId
), updated as (
  update OrleansMembershipTable as member
  set Status = @Status, SuspectTimes = @SuspectTimes, IAmAliveTime = @IAmAliveTime
  from advanced
  where member.DeploymentId = advanced.DeploymentId
    and member.Address = @Address and member.Port = @Port and member.Generation = @Generation
  returning 1
)
select count(*)::integer from updated
$query$),

('UpdateIAmAlivetimeKey', $query$
update OrleansMembershipTable
set IAmAliveTime = @IAmAliveTime
where DeploymentId = @DeploymentId and Address = @Address and Port = @Port and Generation = @Generation
$query$),

('MembershipReadRowKey', $query$
select member.Address, member.Port, member.Generation, member.SiloName, member.HostName, member.Status,
  member.ProxyPort, member.SuspectTimes, member.StartTime, member.IAmAliveTime, version.Version
from OrleansMembershipVersionTable as version
left join OrleansMembershipTable as member
  on member.DeploymentId = version.DeploymentId
  and member.Address = @Address and member.Port = @Port and member.Generation = @Generation
where version.DeploymentId = @DeploymentId
$query$),

('MembershipReadAllKey', $query$
select member.Address, member.Port, member.Generation, member.SiloName, member.HostName, member.Status,
  member.ProxyPort, member.SuspectTimes, member.StartTime, member.IAmAliveTime, version.Version
from OrleansMembershipVersionTable as version
left join OrleansMembershipTable as member on member.DeploymentId = version.DeploymentId
where version.DeploymentId = @DeploymentId
$query$),

('GatewaysQueryKey', $query$
select Address, ProxyPort, Generation
from OrleansMembershipTable
where DeploymentId = @DeploymentId and Status = @Status and ProxyPort > 0
$query$),

('DeleteMembershipTableEntriesKey', $query$
with members as (
  delete from OrleansMembershipTable where DeploymentId = @DeploymentId
)
delete from OrleansMembershipVersionTable where DeploymentId = @DeploymentId
$query$),

-- Status 3 is Active: a silo that still counts is never cleaned away, however old its heartbeat.
('CleanupDefunctSiloEntriesKey', $query$
delete from OrleansMembershipTable
where DeploymentId = @DeploymentId and IAmAliveTime < @IAmAliveTime and Status <> 3
$query$);
