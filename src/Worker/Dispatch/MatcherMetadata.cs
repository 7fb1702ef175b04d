using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointSync.Worker.Dispatch;

/// <summary>
/// Metadata by which the application's matcher selects endpoints, such as hosts, methods and content types. The matcher
/// selects before the request's app is known, so this metadata cannot be set for one app only.
/// </summary>
internal static class MatcherMetadata
{
    /// <exception cref="InvalidOperationException">A matcher policy would use the metadata.</exception>
    public static void Refuse(string? app, IReadOnlyList<object> metadata, IServiceProvider services)
    {
        Endpoint[] bare = [Endpoint([])];
        Endpoint[] annotated = [Endpoint(metadata)];
        if (services.GetServices<MatcherPolicy>()
                .FirstOrDefault(policy => Applies(policy, annotated) && !Applies(policy, bare)) is { } policy)
        {
            var owner = app is null ? "The fallback of the synced routes" : $"App '{app}'";
            throw new InvalidOperationException(
                $"{owner} was given metadata that {policy.GetType().Name} selects endpoints by, such as hosts, methods "
                + $"or content types ({string.Join(", ", metadata)}). It would have no effect for one app: set it on "
                + $"the result of {nameof(SyncedEndpointsRegistration.MapSyncedEndpoints)}, for all apps, "
                + "or leave it out.");
        }
    }

    private static bool Applies(MatcherPolicy policy, IReadOnlyList<Endpoint> endpoints) =>
        (policy is INodeBuilderPolicy nodes && nodes.AppliesToEndpoints(endpoints))
        || (policy is IEndpointSelectorPolicy selector && selector.AppliesToEndpoints(endpoints));

    private static RouteEndpoint Endpoint(IEnumerable<object> metadata) =>
        new(
            static _ => Task.CompletedTask, SyncedEndpointDataSource.CatchAll, SyncedEndpointDataSource.Order,
            new EndpointMetadataCollection(metadata), displayName: null);
}
