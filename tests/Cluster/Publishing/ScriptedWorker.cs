using EndpointSync.Publishing;

namespace EndpointSync.Tests.Cluster.Publishing;

/// <summary>A worker that says what the test wants, through one silo or another.</summary>
internal sealed class ScriptedWorker(SyncCluster cluster, string name)
{
    private readonly Guid _id = Guid.NewGuid();

    public async Task<RouteFeed> AskAsync(int silo, long version, string? problem = null) =>
        await cluster.Feed(silo).NextAsync(new WorkerReport(_id, name, new RouteVersion(version), problem));

    public Task LeaveAsync(int silo) => cluster.Feed(silo).LeaveAsync(_id);
}
