using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process.Cluster;

/// <summary>Two clusters on one registry, as in a blue-green deployment: their silos know nothing of each other.
/// </summary>
public sealed class TwoClustersTests(ITestOutputHelper output)
{
    private const string NoPoll = "01:00:00";

    private static readonly JsonSerializerOptions Json = new(
        JsonSerializerDefaults.Web)
    { Converters = { new JsonStringEnumConverter() } };

    [Fact]
    public async Task What_one_cluster_publishes_is_served_by_the_workers_of_the_other_at_once_without_a_poll()
    {
        await using var blue = await Fleet.StartAsync(silos: 1, pollInterval: NoPoll);
        await using var green = await SiloCluster.StartAsync(
            2, Fleet.Options(blue.Database, NoPoll) with { ClusterId = "green" });
        await using var worker = await WorkerProcess.StartAsync(new WorkerProcessOptions
        {
            Registry = Fleet.Registry,
            Silos = [.. green.Silos.Select(silo => silo.Address)],
        });
        using var http = new HttpClient { BaseAddress = worker.Address };
        await UntilKnownAsync(blue, "green");
        var id = await blue.Database.AddEndpointAsync("orders", "/orders");
        await blue.Database.ExecuteAsync("update fastapi_endpoint set app = 'api_v2'");
        await blue.ReloadAsync(blue.Silos.Silos[0]);
        await UntilAnswersAsync(http, HttpStatusCode.OK);

        await blue.Database.ExecuteAsync(
            $"update fastapi_endpoint set active = false, registry_sync = false where id = {id}");
        await blue.ReloadAsync(blue.Silos.Silos[0]);
        var committed = Stopwatch.GetTimestamp();
        await UntilAnswersAsync(http, HttpStatusCode.NotFound);
        var took = Stopwatch.GetElapsedTime(committed);

        output.WriteLine($"the other cluster's worker stopped answering {took} after the receipt");
    }

    private static async Task UntilKnownAsync(Fleet fleet, string cluster)
    {
        using var http = new HttpClient { BaseAddress = fleet.Silos.Silos[0].Address };
        await Deadline.UntilAsync(
            async () => (await http.GetFromJsonAsync<RegistryStatus>($"api/v1/registries/{Fleet.Registry}", Json))!
                .OtherClusters.SequenceEqual([cluster]),
            $"cluster {cluster} in the status");
    }

    private static Task UntilAnswersAsync(HttpClient http, HttpStatusCode status) => Deadline.UntilAsync(
        async () =>
        {
            using var response = await http.GetAsync(new Uri("orders/items", UriKind.Relative));
            return response.StatusCode == status;
        },
        $"{status} for /orders/items");
}
