using EndpointSync.Core;
using EndpointSync.Grains.History;
using EndpointSync.Grains.Registries;
using EndpointSync.Silo.Access;
using EndpointSync.Silo.Api;
using EndpointSync.WebConsole.History;

namespace EndpointSync.Silo.WebConsole;

/// <summary>The pages of versions and of what differs between them.</summary>
internal static class HistoryPages
{
    private const int FirstChanges = 20;

    public static void MapHistoryPages(this RouteGroupBuilder registry)
    {
        registry.MapRead("/history", ListAsync).RequireRole(AccessRole.Viewer);
        registry.MapRead("/history/{version:long}", ShowAsync).RequireRole(AccessRole.Viewer);
        registry.MapRead("/diff", DiffAsync).RequireRole(AccessRole.Viewer);
    }

    private static async Task<IResult> ListAsync(
        string registry, long? cursor, RegistryMap<Registry> registries, CancellationToken cancellationToken)
    {
        var found = await registries.ReadyAsync(registry, cancellationToken);
        return Page.Of<HistoryPage>(
            (nameof(HistoryPage.Registry), found.Name), (nameof(HistoryPage.IsFirst), cursor is null),
            (nameof(HistoryPage.List), await found.History.ListAsync(
                cursor is { } newest ? new RouteVersion(newest) : null, Lists.PageSize, cancellationToken)));
    }

    private static async Task<IResult> ShowAsync(
        string registry, long version, RegistryMap<Registry> registries, CancellationToken cancellationToken)
    {
        var found = await registries.ReadyAsync(registry, cancellationToken);
        var details = await found.History.FindAsync(new RouteVersion(version), cancellationToken);
        return Page.Of<VersionDetailsPage>(
            (nameof(VersionDetailsPage.Registry), found.Name), (nameof(VersionDetailsPage.Details), details),
            (nameof(VersionDetailsPage.Diff), await DiffBeforeAsync(
                found.History, details.Receipt.Version, cancellationToken)));
    }

    private static async Task<IResult> DiffAsync(
        string registry, long from, long? to, string? cursor, RegistryMap<Registry> registries,
        CancellationToken cancellationToken)
    {
        var found = await registries.ReadyAsync(registry, cancellationToken);
        return Page.Of<DiffPage>(
            (nameof(DiffPage.Registry), found.Name), (nameof(DiffPage.IsFirst), cursor is null),
            (nameof(DiffPage.Diff), await found.History.DiffAsync(
                new RouteVersion(from), to is { } second ? new RouteVersion(second) : null, cursor, Lists.PageSize,
                cancellationToken)));
    }

    private static async Task<RouteDiff?> DiffBeforeAsync(
        VersionHistory history, RouteVersion version, CancellationToken cancellationToken)
    {
        try
        {
            var before = await history.IdentifyBeforeAsync(version, cancellationToken);
            return await history.DiffAsync(before.Version, version, null, FirstChanges, cancellationToken);
        }
        catch (UnknownVersionException)
        {
            // It is not kept any more.
            return null;
        }
    }
}
