using EndpointSync.Grains.Endpoints;
using EndpointSync.Grains.History;
using EndpointSync.Grains.Odoo;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Preparation;
using EndpointSync.Grains.Sync;
using EndpointSync.Grains.Sync.Statements;

namespace EndpointSync.Grains.Registries;

/// <summary>One configured registry and the services that work on it in this silo.</summary>
internal sealed record Registry(
    RegistryDatabase Database, RegistryPreparation Preparation, SyncAttempts Attempts, PlanReader Plans,
    RegistryStatusStore Status, EndpointStore Endpoints, VersionHistory History, RouteReader Reader, LostVersions Lost,
    RouteStatistics Statistics, OdooSequence Sequence, ChangeCapture Capture, RolloutStore Rollouts)
{
    public string Name => Database.Name;
}
