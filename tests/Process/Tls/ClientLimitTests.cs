using System.Net;
using System.Reflection;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;
using EndpointSync.Wire;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointSync.Tests.Process.Tls;

/// <summary>Who reaches a gateway may call the grains that are meant for clients, and nothing else.</summary>
public sealed class ClientLimitTests(ClientCluster cluster) : IClassFixture<ClientCluster>
{
    private const string NotOpen = "which is not open to clients";

    private SiloProcess Silo => cluster.Silos.Silos[0];

    [Fact]
    public async Task Everything_that_our_client_does_is_open_to_clients()
    {
        await using var own = await ClientCluster.StartAsync(silos: 1);
        await using var app = await ClientHost.StartedAsync(own.Membership.ConnectionString);

        var receipt = await app.ReloadAsync(
            options: new Client.ReloadOptions { WaitFor = WaitFor.Silos, LockWait = TimeSpan.FromSeconds(1) });
        using var cancelled = new CancellationTokenSource();
        var ended = app.Client.ReloadAsync(ClientCluster.Registry, cancellationToken: cancelled.Token);
        await cancelled.CancelAsync();
        await Task.WhenAny(ended);
        // What it asks a coordinator whose answer takes long.
        await Grains(app).GetGrain<ICoordinatorLife>(ClientCluster.Registry).IsSyncingAsync();

        Assert.True(receipt.Convergence!.Reached);
        var output = own.Silos.Silos[0].Output;
        Assert.DoesNotContain(NotOpen, output, StringComparison.Ordinal);
        Assert.DoesNotContain("Ended the connection of the client", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orleans_management_grain_is_not_open_to_clients()
    {
        await using var app = await ClientHost.StartedAsync(cluster.Membership.ConnectionString);
        var management = Grains(app).GetGrain<IManagementGrain>(0);

        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => management.GetHosts());

        await Silo.WaitForOutputAsync("IManagementGrain, " + NotOpen).Within("the silo's line");
    }

    [Fact]
    public async Task A_service_that_silos_have_for_each_other_is_not_open_to_clients()
    {
        await using var app = await ClientHost.StartedAsync(cluster.Membership.ConnectionString);

        const string member = "from orleans.orleansmembershiptable where status = 3";
        var service = Service(
            app, await cluster.Membership.ScalarAsync<int>($"select generation {member}"),
            await cluster.Membership.ScalarAsync<int>($"select port {member}"));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => service.SubscribersAsync(
            ClientCluster.Registry, default, WaitFor.Silos, TimeSpan.Zero));

        await Silo.WaitForOutputAsync("IRouteTableService, " + NotOpen).Within("the silo's line");
        Assert.Equal(ReloadOutcome.UpToDate, (await app.ReloadAsync()).Outcome);
    }

    // A client's code gets no reference to it; Orleans' client makes one all the same.
    private static IRouteTableService Service(ClientHost app, int generation, int port)
    {
        var client = app.Application.Services.GetRequiredService<IClusterClient>();
        var typeCode = (int)typeof(GrainId).Assembly.GetTypes().Concat(typeof(IClusterClient).Assembly.GetTypes())
            .Single(type => type.Name == "GrainInterfaceUtils")
            .GetMethod("GetGrainClassTypeCode", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!
            .Invoke(null, [typeof(IRouteTableService)])!;
        var service = SystemTargetGrainId.CreateGrainServiceGrainId(
            typeCode, null!, SiloAddress.New(new IPEndPoint(IPAddress.Loopback, port), generation));
        return (IRouteTableService)client.GetType().GetMethod("GetSystemTarget", [typeof(GrainId)])!
            .MakeGenericMethod(typeof(IRouteTableService)).Invoke(client, [service])!;
    }

    private static IGrainFactory Grains(ClientHost app) =>
        app.Application.Services.GetRequiredService<IClusterClient>();
}
