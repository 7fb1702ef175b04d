using EndpointSync.Client.Workers.Dispatch;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointSync.Client;

/// <summary>Maps the synced routes of a worker.</summary>
public static class SyncedEndpointsRegistration
{
    /// <summary>
    /// Answers requests by the registry's routes if no endpoint of the application does. The application's fallback, if
    /// it has one, answers requests without a route. A route whose app has no handler is answered 501.
    /// </summary>
    /// <param name="endpoints">
    /// The application, or a group of its routes. A group's prefix limits the requests, but routes match the whole
    /// path.
    /// </param>
    /// <param name="map">Maps each app to the handler of its routes.</param>
    /// <returns>A builder for conventions that apply to the routes of all apps.</returns>
    /// <exception cref="InvalidOperationException">
    /// The worker was not added, or its endpoints are already mapped.
    /// </exception>
    public static IEndpointConventionBuilder MapSyncedEndpoints(
        this IEndpointRouteBuilder endpoints, Action<SyncedEndpointsBuilder> map)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(map);
        var directory = endpoints.ServiceProvider.GetService<AppDirectory>() ?? throw new InvalidOperationException(
            $"{nameof(MapSyncedEndpoints)} needs the worker: "
            + $"call builder.{nameof(WorkerRegistration.AddEndpointSync)}(registry) before the application is built.");
        var apps = new SyncedEndpointsBuilder(endpoints.ServiceProvider);
        map(apps);
        directory.Mapped(app => apps.Fallback is not null || apps.Handlers.ContainsKey(app));
        var all = new ConventionList();
        endpoints.DataSources.Add(
            new SyncedEndpointDataSource(all, apps.Handlers, apps.Fallback, endpoints.ServiceProvider));
        return all;
    }
}
