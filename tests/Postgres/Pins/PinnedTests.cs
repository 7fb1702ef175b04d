using EndpointSync.Tests.Postgres.ForeignChanges;
using EndpointSync.Tests.Testing;
using EndpointSync.Wire;

namespace EndpointSync.Tests.Postgres.Pins;

/// <summary>A registry of two endpoints, and a change of each that went live and is regretted.</summary>
public abstract class PinnedTests : ForeignTests
{
    /// <summary>The table of a version, with its apps, one line for each route.</summary>
    protected Task<List<string?>> TableAsync(long version) => Database.ListAsync(
        "select concat_ws(' ', key, route, opts, routing, route_group, app) from endpoint_sync.routes "
        + $"where from_version <= {version} and (to_version is null or to_version > {version}) order by key");

    /// <summary>The rows of endpoints that Odoo's workers read.</summary>
    protected Task<List<string?>> RowsAsync() => Database.ListAsync(
        "select concat_ws(' ', key, route, opts, routing) from endpoint_route where key like 'fastapi.endpoint:%' "
        + "order by key");

    /// <summary>The rows of endpoints that a version has.</summary>
    protected Task<List<string?>> RowsOfAsync(long version) => Database.ListAsync(
        "select concat_ws(' ', key, route, opts, routing) from endpoint_sync.routes where endpoint_id is not null "
        + $"and from_version <= {version} and (to_version is null or to_version > {version}) order by key");

    protected Task<string> HashAsync(long version) => Database.ScalarAsync<string>(
        $"select encode(content_hash, 'hex') from endpoint_sync.versions where version = {version}");

    /// <summary>
    /// Version 1 has /orders and /bills. In version 2 the first endpoint has moved and the second is gone, a third has
    /// come, and another consumer's row has changed.
    /// </summary>
    internal async Task<TestRegistry> WithBadVersionAsync()
    {
        await Database.ExecuteAsync(
            "insert into endpoint_route (key, route, opts, routing) values ('shop:1', '/shop', '{}', 'null')");
        var registry = await InSyncAsync();
        await Database.ExecuteAsync(
            """
            update fastapi_endpoint set root_path = '/persons', app = 'other', registry_sync = false where id = 1;
            delete from fastapi_endpoint where id = 2;
            update endpoint_route set route = '/shop2' where key = 'shop:1';
            """);
        await Database.AddEndpointAsync("extra", "/extra");
        Assert.Equal(new RouteVersion(2), (await registry.ReloadAsync()).Version);
        return registry;
    }

    internal static PinRequest Rollback(long to, long seen, string reason = "it is wrong") =>
        new(Guid.NewGuid(), new RouteVersion(seen), new RouteVersion(to), "anna", reason);

    internal static PinRequest Unpin(long seen, bool allowMassRemoval = false) =>
        new(Guid.NewGuid(), new RouteVersion(seen), To: null, "anna", "", allowMassRemoval);

    internal static async Task<Grains.Sync.SyncResult> PinAsync(TestRegistry registry, PinRequest request)
    {
        var result = await registry.Attempts.RunUntilDeadlineAsync(request);
        if (result.MayNeedBump)
        {
            await registry.Sequence.BumpAsync(result.Receipt.Version);
        }

        return result;
    }

    internal async Task<TestRegistry> PinnedAsync()
    {
        var registry = await WithBadVersionAsync();
        Assert.Equal(
            (ReloadOutcome.Synced, true),
            ((await PinAsync(registry, Rollback(1, 2))).Receipt.Outcome, await IsPinnedAsync()));
        return registry;
    }

    protected Task<bool> IsPinnedAsync() =>
        Database.ScalarAsync<bool>("select pinned_hash is not null from endpoint_sync.state");

    protected Task<long> VersionAsync() => Database.ScalarAsync<long>("select version from endpoint_sync.state");
}
