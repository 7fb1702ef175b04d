using EndpointSync.Grains.Configuration;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Failover;

/// <summary>Silos with their default time limits.</summary>
internal static class Silos
{
    public static Task<Fleet> StartAsync(string profile = "Balanced") =>
        Fleet.StartAsync(silos: 3, database => Options(database, profile));

    public static SiloProcessOptions Options(TestDatabase database, string profile) => new()
    {
        ClusterConnectionString = database.ConnectionString,
        ClusterId = database.Name,
        MembershipProfile = profile,
        Configuration = new Dictionary<string, string>
        {
            [$"EndpointSync:Registries:{Fleet.Registry}:LockName"] = "spp_api_v2.fastapi_endpoint_sync",
        },
    };

    /// <summary>Declares an endpoint of an app that the sample worker has.</summary>
    public static Task DeclareAsync(this Fleet fleet, string name) => fleet.Database.ExecuteAsync(
        $"""
         insert into fastapi_endpoint (name, root_path, app, active, registry_sync, save_http_session)
         values ('{name}', '/{name}', 'api_v2', true, false, false)
         """);

    /// <summary>
    /// Checks why a silo reloaded without the coordinator. If the coordinator's silo is frozen, only the timeout of the
    /// silo that asks can tell; that of Orleans is a hundred times as long. No reload takes longer than its deadline,
    /// whatever it waits for.
    /// </summary>
    public static void AssertTimedOut(Loss loss, TimeSpan took, string log)
    {
        Assert.InRange(took, TimeSpan.Zero, new SyncOptions().Deadline);
        if (loss == Loss.Frozen)
        {
            Assert.Contains(
                $"The coordinator of {Fleet.Registry} does not answer (no answer within 00:00:00.5000000)",
                log, StringComparison.Ordinal);
        }
    }

    /// <summary>Makes the first version, and finds the coordinator's silo and the others.</summary>
    public static async Task<(SiloProcess Coordinator, IReadOnlyList<SiloProcess> Others)> BeginAsync(this Fleet fleet)
    {
        await fleet.DeclareAsync("orders");
        var first = await fleet.ReloadAsync(fleet.Silos.Silos[0]);
        Assert.Equal((new RouteVersion(1), true), (first.Version, first.InSync));
        var coordinator = await fleet.CoordinatorAsync();
        return (coordinator, [.. fleet.Silos.Silos.Where(silo => silo != coordinator)]);
    }

    // On a busy machine a slow answer makes a silo sync without the coordinator. When all silos name the same one, it
    // has the coordinator.
    private static async Task<SiloProcess> CoordinatorAsync(this Fleet fleet)
    {
        using var deadline = new CancellationTokenSource(Deadline.MaxWait);
        while (true)
        {
            var named = await Task.WhenAll(
                fleet.Silos.Silos.Select(async silo => (await fleet.ReloadAsync(silo)).Silo));
            if (named.Distinct(StringComparer.Ordinal).Count() == 1)
            {
                return fleet.Silos.Silos.Single(silo => silo.Name == named[0]);
            }

            deadline.Token.ThrowIfCancellationRequested();
        }
    }
}
