using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Yarp.ReverseProxy;

namespace EndpointSync.Worker.Yarp;

/// <summary>Lets a worker forward the routes of an app to other servers.</summary>
public static class ForwardingRegistration
{
    /// <summary>
    /// Adds what <see cref="MapForwarder"/> and <see cref="MapForwarderToCluster"/> need, except YARP's clusters.
    /// </summary>
    /// <param name="builder">The application.</param>
    public static IHostApplicationBuilder AddEndpointSyncForwarding(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddHttpForwarder();
        builder.Services.TryAddSingleton<AppForwarder>();
        builder.Services.TryAddSingleton<ClusterForwarder>();
        return builder;
    }

    /// <summary>
    /// Maps the routes of an app to another server, with the same path. The request's target is forwarded as the client
    /// sent it. A target with a dot segment in its path, plain or encoded, is answered 400, because the other server
    /// may take it for a path of another route.
    /// </summary>
    /// <param name="apps">The apps of the worker.</param>
    /// <param name="app">The app, as named by the declared endpoints.</param>
    /// <param name="destination">
    /// The server's address, <c>http</c> or <c>https</c>; its path is put before the request's path.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The app already has a handler, the name is empty, or the address is invalid.
    /// </exception>
    /// <exception cref="InvalidOperationException"><see cref="AddEndpointSyncForwarding"/> was not called.</exception>
    public static IEndpointConventionBuilder MapForwarder(
        this SyncedEndpointsBuilder apps, string app, string destination)
    {
        ArgumentNullException.ThrowIfNull(apps);
        ArgumentNullException.ThrowIfNull(destination);
        if (!Uri.TryCreate(destination, UriKind.Absolute, out var uri)
            || uri.Scheme is not ("http" or "https") || uri.Query.Length + uri.Fragment.Length > 0)
        {
            throw new ArgumentException(
                $"'{destination}' is not the address of a server: write http://host:port, with a path at most.",
                nameof(destination));
        }

        var forwarding = Required<AppForwarder>(apps, nameof(MapForwarder));
        return apps.Map(app, (RequestDelegate)(http => forwarding.SendAsync(http, destination)));
    }

    /// <summary>
    /// Maps the routes of an app to a cluster of YARP: several servers, with its load balancing, health checks and
    /// session affinity. Requests are forwarded and refused as by <see cref="MapForwarder"/>. While no server of the
    /// cluster is available, they are answered 503 with <c>Retry-After</c>.
    /// </summary>
    /// <param name="apps">The apps of the worker.</param>
    /// <param name="app">The app, as named by the declared endpoints.</param>
    /// <param name="cluster">
    /// The cluster's id. Its configuration may change while the application runs; YARP's routes are not used.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The app already has a handler, the name is empty, or YARP has no such cluster.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// <see cref="AddEndpointSyncForwarding"/> or YARP's <c>AddReverseProxy</c> was not called.
    /// </exception>
    public static IEndpointConventionBuilder MapForwarderToCluster(
        this SyncedEndpointsBuilder apps, string app, string cluster)
    {
        ArgumentNullException.ThrowIfNull(apps);
        ArgumentNullException.ThrowIfNull(cluster);
        if (apps.Services.GetService<IProxyStateLookup>() is null)
        {
            throw new InvalidOperationException(
                $"{nameof(MapForwarderToCluster)} needs YARP's clusters: call builder.Services.AddReverseProxy()"
                + ".LoadFromConfig(builder.Configuration.GetSection(\"ReverseProxy\")) before the application is "
                + "built.");
        }

        var forwarding = Required<ClusterForwarder>(apps, nameof(MapForwarderToCluster));
        forwarding.Check(cluster);
        return apps.Map(app, (RequestDelegate)(http => forwarding.SendAsync(http, cluster)));
    }

    private static T Required<T>(SyncedEndpointsBuilder apps, string caller) where T : notnull =>
        apps.Services.GetService<IServiceProviderIsService>()?.IsService(typeof(T)) == true
            ? apps.Services.GetRequiredService<T>()
            : throw new InvalidOperationException(
                $"{caller} needs builder.{nameof(AddEndpointSyncForwarding)}() before the application is built.");
}
