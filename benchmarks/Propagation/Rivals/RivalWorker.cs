using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;

namespace EndpointSync.Bench.Propagation.Rivals;

/// <summary>A worker process without EndpointSync: this program itself, started with other arguments.</summary>
internal static class RivalWorker
{
    /// <summary>The first argument that makes this program such a worker.</summary>
    public const string Command = "--rival-worker";

    public const string Yarp = "yarp";
    public const string Etcd = "etcd";

    /// <summary>The prefix of the keys that hold routes in etcd; a route's number follows.</summary>
    public const string KeyPrefix = "/routes/";

    private const string Ready = "ready";

    /// <summary>Starts one with the garbage collector that web applications have.</summary>
    public static Task<RivalProcess> StartAsync(string kind, Uri address, params string[] more) =>
        RivalProcess.StartAsync(
        new Uri(address, Ready), new Dictionary<string, string> { ["DOTNET_gcServer"] = "1" }, "dotnet",
        [typeof(RivalWorker).Assembly.Location, Command, kind, address.GetLeftPart(UriPartial.Authority), .. more]);

    /// <summary>Runs until it is requested to stop.</summary>
    public static async Task RunAsync(string kind, string address, string? store)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(address);
        builder.Logging.ClearProviders();
        if (kind == Yarp)
        {
            builder.Services.AddReverseProxy().LoadFromMemory(
                [], [new ClusterConfig { ClusterId = YarpRoutes.Cluster }]);
        }

        await using var application = builder.Build();
        application.MapGet(Ready, () => Results.Ok());
        var watched = kind == Etcd ? WatchAsync(application, store!) : Task.CompletedTask;
        if (kind == Yarp)
        {
            MapYarp(application);
        }

        // A worker whose watch has failed ends, so that the failure is seen.
        await Task.WhenAny(application.RunAsync(), FailAsync(watched)).Unwrap();
    }

    // YARP answers requests itself instead of forwarding them: the change of its routes is measured, and not a server
    // behind it.
    private static void MapYarp(WebApplication application)
    {
        var routes = new YarpRoutes(application.Services.GetRequiredService<InMemoryConfigProvider>());
        application.MapPost("admin/routes/{number:int}", routes.SetTo);
        application.MapReverseProxy(pipeline => pipeline.Run(context =>
        {
            context.Response.StatusCode = StatusCodes.Status200OK;
            return Task.CompletedTask;
        }));
    }

    private static Task WatchAsync(IEndpointRouteBuilder application, string store)
    {
        var endpoints = new WatchedEndpoints();
        application.DataSources.Add(endpoints);
        return new EtcdWatch(new Uri(store), KeyPrefix).RunAsync(endpoints.Change);
    }

    private static async Task FailAsync(Task watched)
    {
        await watched;
        await Task.Delay(Timeout.Infinite);
    }
}
