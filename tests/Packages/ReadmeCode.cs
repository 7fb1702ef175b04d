using EndpointSync.Client;
using EndpointSync.Grains.Hosting;
using EndpointSync.Routing;
using EndpointSync.Tls;
using EndpointSync.Worker;
using EndpointSync.Worker.Yarp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EndpointSync.Tests.Packages;

/// <summary>The code that the packages' readmes show, compiled. Each stands between the names of its folder.</summary>
internal static class ReadmeCode
{
    public static void Worker(string[] args)
    {
        // Worker begins.
        var builder = WebApplication.CreateBuilder(args);
        builder.AddEndpointSync("openspp");

        var app = builder.Build();
        app.MapHealthChecks("/health/ready");
        app.MapSyncedEndpoints(apps =>
        {
            apps.Map("api_v2", (HttpContext http) => $"version {http.GetSyncedRoute()!.Version}");
        });
        app.Run();
        // Worker ends.
    }

    public static void WorkerYarp(string[] args)
    {
        // Worker.Yarp begins.
        var builder = WebApplication.CreateBuilder(args);
        builder.AddEndpointSync("openspp");
        builder.AddEndpointSyncForwarding();

        var app = builder.Build();
        app.MapSyncedEndpoints(apps => apps.MapForwarder("dci_api", "http://127.0.0.1:9000"));
        app.Run();
        // Worker.Yarp ends.
    }

    public static async Task<ReloadReceipt> ClientAsync(string[] args)
    {
        // Client begins.
        var builder = Host.CreateApplicationBuilder(args);
        builder.AddEndpointSyncClient();

        using var host = builder.Build();
        await host.StartAsync();
        var client = host.Services.GetRequiredService<IEndpointSyncClient>();
        var receipt = await client.ReloadAsync("openspp", new ReloadOptions { WaitFor = WaitFor.Workers });
        // Client ends.
        return receipt;
    }

    public static HostApplicationBuilder Server(string[] args)
    {
        // Grains begins.
        var builder = Host.CreateApplicationBuilder(args);
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering()
            .AddEndpointSync());
        // Grains ends.
        return builder;
    }

    public static async Task<ReloadReceipt> AbstractionsAsync(IGrainFactory grains)
    {
        // Abstractions begins.
        var coordinator = grains.GetGrain<IEndpointSyncGrain>("openspp");
        ReloadReceipt receipt = await coordinator.ReloadAsync(new ReloadRequest());
        // Abstractions ends.
        return receipt;
    }

    public static void Routing()
    {
        // Routing begins.
        var table = RouteTable.Empty.Apply(
            1, [RouteTableChange.Put(new RouteEntry("programs", ["/programs/<int:id>"], ["GET"]))]);
        var match = table.Match("/programs/7", "GET");
        if (match.Outcome == RouteOutcome.Found && match.Values.TryGet("id", out var id))
        {
            Console.WriteLine($"{match.Entry!.Key}: {id.ToInt64()}");
        }
        // Routing ends.
    }

    public static bool Protocol()
    {
        // Protocol begins.
        RouteVersion served = new(41), wanted = new(42);
        var isBehind = served.CompareTo(wanted) < 0;
        // Protocol ends.
        return isBehind;
    }

    public static void Tls(HostApplicationBuilder builder)
    {
        // Tls begins.
        builder.UseOrleans(silo => silo.UseClusterTls(new ClusterTlsOptions
        {
            Certificate = "/run/secrets/silo.crt",
            Key = "/run/secrets/silo.key",
            CertificateAuthority = "/etc/endpointsync/ca.crt",
        }));
        // Tls ends.
    }

    public interface ICatalogGrain : IGrainWithStringKey;

    // Grains begins.
    public sealed class CatalogGrain : Grain, ICatalogGrain, IRouteSubscriber
    {
        public override Task OnActivateAsync(CancellationToken cancellationToken)
        {
            this.SubscribeToRoutes("openspp");
            return Task.CompletedTask;
        }

        public Task OnRouteVersionAsync(string registry, RouteVersion version) => RebuildAsync(version);
        // Grains ends.

        private static Task RebuildAsync(RouteVersion version) => Console.Out.WriteLineAsync($"{version}");
    }
}
