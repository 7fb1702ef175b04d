using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync;

namespace EndpointSync.Grains.Registries;

/// <summary>One configured registry and what works on it in this silo.</summary>
internal sealed record Registry(
    RegistryDatabase Database, RegistryPreparation Preparation, RegistrySynchronizer Synchronizer, RegistryStatusStore Status, EndpointStore Endpoints,
    RouteReader Reader, OdooSequence Sequence, ChangeTracking Tracking, ListenedDatabase Listened)
{
    public string Name => Database.Name;
}
