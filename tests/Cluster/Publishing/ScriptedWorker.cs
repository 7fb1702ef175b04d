using EndpointSync.Grains.Publishing;
using EndpointSync.Wire;

namespace EndpointSync.Tests.Cluster.Publishing;

/// <summary>A worker that reports what the test wants, through one silo or another.</summary>
internal sealed class ScriptedWorker(SyncCluster cluster, string name)
{
    private readonly Guid _id = Guid.NewGuid();

    /// <param name="silo">The silo that is asked.</param>
    /// <param name="version">What the worker serves and has; the silo's own table, if the silo is at that
    /// version.</param>
    /// <param name="problem">What is wrong with it.</param>
    public async Task<FeedAnswer> AskAsync(int silo, long version, string? problem = null)
    {
        var served = new RouteVersion(version);
        var has = cluster.Routes(silo).Image is { } image && image.Version == served
            ? image.TableId
            : new RouteTableId(served, default);
        return (await cluster.Feed(silo).NextAsync(
            SyncCluster.Registry, new WorkerReport(_id, name, served, problem, has), FeedProtocol.LongPollTimeout,
            TestContext.Current.CancellationToken))!;
    }

    public void Leave(int silo) => cluster.Feed(silo).Leave(SyncCluster.Registry, _id);
}
