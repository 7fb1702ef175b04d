using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Outages.Alerts;

/// <summary>
/// A version in the database whose hash does not belong to its routes, as after a write to our tables by hand. No silo
/// can take it up. Whoever makes one has the lock until it is taken back.
/// </summary>
internal sealed class TornVersion : IAsyncDisposable
{
    private readonly OwnServer _server;
    private readonly long _version;

    private TornVersion(OwnServer server, long version) => (_server, _version) = (server, version);

    public static async Task<TornVersion> MakeAsync(OwnServer server)
    {
        var version = await server.ScalarAsync<long>("select version from endpoint_sync.state");
        await server.ExecuteAsync("create table torn as select content_hash from endpoint_sync.state");
        await server.ExecuteAsync(
            "update endpoint_sync.state set version = version + 1, content_hash = sha256('torn')");
        return new TornVersion(server, version);
    }

    /// <summary>Takes it back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.ExecuteAsync(
            $"update endpoint_sync.state set version = {_version}, bumped_version = {_version}, "
            + "content_hash = (select content_hash from torn)");
        await _server.ExecuteAsync("drop table torn");
    }
}
