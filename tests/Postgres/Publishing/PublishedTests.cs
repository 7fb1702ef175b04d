using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Registries;
using EndpointSync.Publishing;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Tests.Postgres.Publishing;

/// <summary>Tests that look at what a silo serves of a registry on a database of their own.</summary>
public abstract class PublishedTests : RegistryTests
{
    private protected RegistryRoutes NewRoutes() => new(
        new Registry(
            Registry.Database, Registry.Preparation, Registry.Synchronizer, Registry.Status, Registry.Endpoints, Registry.Reader, Registry.Sequence,
            Registry.Tracking, Registry.Listened),
        TimeProvider.System, Registry.Log.CreateLogger<RegistryRoutes>());

    /// <summary>Adds an endpoint and makes the version with it.</summary>
    private protected async Task<RoutePublication> PublishAsync(string path)
    {
        await Database.AddEndpointAsync(path, path);
        return await ReloadAsync();
    }

    /// <summary>Makes the version that is due, as the message that tells of it.</summary>
    private protected async Task<RoutePublication> ReloadAsync()
    {
        RouteDelta? delta = null;
        var receipt = await Registry.Synchronizer.SyncAsync(callers: 1, ReloadScope.Everything, committed => delta = committed);
        return new RoutePublication("test", receipt.Version, delta);
    }

    /// <summary>What a request for a path is answered with: the key of the route, or null.</summary>
    private protected static string? Answer(RegistryRoutes routes, string path) => routes.Image!.Table.Match(path, "GET").Entry?.Key;

    /// <summary>The routes as the database's history has them at a version.</summary>
    private protected async Task<List<string?>> StoredAsync(RouteVersion version) => await Database.ListAsync(
        $"select key || ' ' || route from endpoint_sync.routes where from_version <= {version} and (to_version is null or to_version > {version}) order by key collate \"C\"");

    private protected static List<string?> Served(RouteImage image) =>
        [.. image.Routes.Select(route => $"{route.Key} {string.Join('|', route.Rules)}").Order(StringComparer.Ordinal)];
}
