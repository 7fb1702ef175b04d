using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointSync.Client.Workers.Dispatch;

/// <summary>
/// Metadata by which the application's matcher chooses among endpoints: hosts, methods, content types and whatever else a policy looks at. It has
/// chosen before it is known which app a request is for, so of one app alone none of that can be asked.
/// </summary>
internal static class MatcherMetadata
{
    /// <exception cref="InvalidOperationException">A policy would heed it.</exception>
    public static void Refuse(string? app, IReadOnlyList<object> metadata, IServiceProvider services)
    {
        Endpoint[] bare = [Endpoint([])];
        Endpoint[] asked = [Endpoint(metadata)];
        if (services.GetServices<MatcherPolicy>().FirstOrDefault(policy => Heeds(policy, asked) && !Heeds(policy, bare)) is { } policy)
        {
            throw new InvalidOperationException(
                $"{(app is null ? "The fallback of the synced routes" : $"App '{app}'")} was given metadata that {policy.GetType().Name} chooses endpoints by, such as hosts, "
                + $"methods or content types ({string.Join(", ", metadata)}). It would have no effect for one app: ask it of what "
                + $"{nameof(SyncedEndpointsRegistration.MapSyncedEndpoints)} returns, for all apps, or leave it out.");
        }
    }

    private static bool Heeds(MatcherPolicy policy, IReadOnlyList<Endpoint> endpoints) =>
        (policy is INodeBuilderPolicy nodes && nodes.AppliesToEndpoints(endpoints))
        || (policy is IEndpointSelectorPolicy selector && selector.AppliesToEndpoints(endpoints));

    private static RouteEndpoint Endpoint(IEnumerable<object> metadata) =>
        new(static _ => Task.CompletedTask, SyncedEndpointDataSource.CatchAll, SyncedEndpointDataSource.Order, new EndpointMetadataCollection(metadata), displayName: null);
}
