using System.Net;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Packages;

/// <summary>Applications that restore the packages, as their users do, beside a silo of the product.</summary>
[Collection(nameof(LocalFeed))]
public sealed class SampleTests(LocalFeed feed)
{
    private const string Declared =
        "insert into fastapi_endpoint (name, root_path, app, active, registry_sync, save_http_session) "
        + "values ('Programs', '/programs', 'api_v2', true, false, false)";

    [Fact]
    public async Task A_worker_serves_a_client_reloads_and_a_grain_follows_with_nothing_but_packages()
    {
        await using var fleet = await Fleet.StartAsync(1);
        await fleet.Database.ExecuteAsync(Declared);
        var silo = fleet.Urls[0].GetLeftPart(UriPartial.Authority);
        await using var worker = SampleProcess.Start(
            feed.Program("Worker"), new Dictionary<string, string> { ["EndpointSync:Worker:Silos:0"] = silo },
            "--urls", "http://127.0.0.1:0");
        await using var subscriber = SampleProcess.Start(
            feed.Program("Subscriber"),
            new Dictionary<string, string>
            {
                ["ConnectionStrings:endpointsync"] = fleet.Database.ConnectionString,
                ["EndpointSync:Registries:openspp:ConnectionString"] = "Name=endpointsync",
            },
            "--SiloPort", $"{LoopbackPort.PickFree()}", "--GatewayPort", $"{LoopbackPort.PickFree()}");
        var address = (await worker.LineAsync("Now listening on: ")).Split("Now listening on: ")[1];

        await using var reload = SampleProcess.Start(
            feed.Program("Reload"),
            new Dictionary<string, string>
            {
                ["EndpointSync:Cluster:Silos:0"] = silo,
                ["EndpointSync:Cluster:ClusterId"] = fleet.Database.Name,
            });
        var (code, output) = await reload.EndAsync();

        Assert.Contains("Synced, version 1, 1 endpoints", output, StringComparison.Ordinal);
        Assert.Equal(0, code);
        await subscriber.LineAsync("The catalog follows version 1 of openspp");
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri($"{address}/programs/7"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("version 1", await answer.Content.ReadAsStringAsync());
    }
}
