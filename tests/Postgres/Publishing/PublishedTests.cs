using EndpointSync.Core;
using EndpointSync.Grains.Publishing;
using EndpointSync.Wire;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Tests.Postgres.Publishing;

/// <summary>Tests of what a silo serves of a registry, each on a database of its own.</summary>
public abstract class PublishedTests : RegistryTests
{
    private protected RegistryRoutes NewRoutes() =>
        new(Registry.AsRegistry(), TimeProvider.System, Registry.Log.CreateLogger<RegistryRoutes>());

    /// <summary>Adds an endpoint and makes the version that contains it.</summary>
    private protected async Task<RoutePublication> PublishAsync(string path)
    {
        await Database.AddEndpointAsync(path, path);
        return await ReloadAsync();
    }

    /// <summary>Makes the version that is due, and returns the message that announces it.</summary>
    private protected async Task<RoutePublication> ReloadAsync()
    {
        var result = await Registry.SyncAsync();
        return new RoutePublication("test", result.Receipt.Version, result.Delta);
    }

    /// <summary>The key of the route that answers a path, or null.</summary>
    private protected static string? Answer(RegistryRoutes routes, string path) =>
        routes.Image!.Table.Match(path, "GET").Entry?.Key;

    /// <summary>The routes as the database's history has them at a version.</summary>
    private protected async Task<List<string?>> StoredAsync(RouteVersion version) => await Database.ListAsync(
        $"select key || ' ' || route from endpoint_sync.routes where from_version <= {version} and (to_version is "
        + $"null or to_version > {version}) order by key collate \"C\"");

    private protected static List<string?> Served(RouteImage image) =>
        [.. image.Routes.Select(route => $"{route.Key} {string.Join('|', route.Rules)}").Order(StringComparer.Ordinal)];
}
