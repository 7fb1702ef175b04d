using EndpointSync.Worker.Dispatch;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointSync.Worker;

/// <summary>Maps the synced routes of a worker.</summary>
public static class SyncedEndpointsRegistration
{
    /// <summary>
    /// Answers requests by the routes of the application's only registry if no endpoint of the application does. The
    /// application's fallback, if it has one, answers requests without a route. A route whose app has no handler is
    /// answered 501.
    /// </summary>
    /// <param name="endpoints">
    /// The application, or a group of its routes. A group's prefix limits the requests, but routes match the whole
    /// path.
    /// </param>
    /// <param name="map">Maps each app to the handler of its routes.</param>
    /// <returns>A builder for conventions that apply to the routes of all apps.</returns>
    /// <exception cref="InvalidOperationException">
    /// The worker was not added, has several registries, or its endpoints are already mapped.
    /// </exception>
    public static IEndpointConventionBuilder MapSyncedEndpoints(
        this IEndpointRouteBuilder endpoints, Action<SyncedEndpointsBuilder> map)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(map);
        RegistryWorker[] all =
            [.. endpoints.ServiceProvider.GetKeyedServices<RegistryWorker>(KeyedService.AnyKey)];
        return all.Length == 1
            ? Map(endpoints, all[0], map)
            : throw new InvalidOperationException(all.Length == 0
                ? $"{nameof(MapSyncedEndpoints)} needs the worker: "
                    + $"call builder.{nameof(WorkerRegistration.AddEndpointSync)}(registry) before the application is "
                    + "built."
                : $"{nameof(MapSyncedEndpoints)} needs the name of one of this application's registries: "
                    + $"{string.Join(", ", all.Select(worker => worker.Identity.Registry))}.");
    }

    /// <summary>
    /// Answers requests by the routes of one of the application's registries, as the other overload does. Of registries
    /// that are mapped in one place, the first that has the path answers.
    /// </summary>
    /// <param name="endpoints">The application, or a group of its routes.</param>
    /// <param name="registry">The registry's name.</param>
    /// <param name="map">Maps each app to the handler of its routes.</param>
    /// <returns>A builder for conventions that apply to the routes of all apps.</returns>
    /// <exception cref="InvalidOperationException">
    /// The worker of that registry was not added, or its endpoints are already mapped.
    /// </exception>
    public static IEndpointConventionBuilder MapSyncedEndpoints(
        this IEndpointRouteBuilder endpoints, string registry, Action<SyncedEndpointsBuilder> map)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(map);
        var worker = endpoints.ServiceProvider.GetKeyedService<RegistryWorker>(registry)
            ?? throw new InvalidOperationException(
                $"{nameof(MapSyncedEndpoints)} needs the worker of '{registry}': "
                + $"call builder.{nameof(WorkerRegistration.AddEndpointSync)}(\"{registry}\") before the application "
                + "is built.");
        return Map(endpoints, worker, map);
    }

    private static ConventionList Map(
        IEndpointRouteBuilder endpoints, RegistryWorker worker, Action<SyncedEndpointsBuilder> map)
    {
        var apps = new SyncedEndpointsBuilder(endpoints.ServiceProvider);
        map(apps);
        worker.Apps.Mapped(app => apps.Fallback is not null || apps.Handlers.ContainsKey(app));
        var all = new ConventionList();
        endpoints.DataSources.Add(
            new SyncedEndpointDataSource(worker, all, apps.Handlers, apps.Fallback, endpoints.ServiceProvider));
        return all;
    }
}
