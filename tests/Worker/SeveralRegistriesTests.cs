using EndpointSync.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointSync.Tests.Worker;

public sealed class SeveralRegistriesTests
{
    private const string Other = "other";

    [Fact]
    public async Task An_application_serves_several_registries_each_with_its_own_silos_versions_and_health()
    {
        using var silo = new ScriptedSilo();
        using var otherSilo = new ScriptedSilo();
        using var log = new LogCapture();
        await using var application = WorkerApp.Build(
            log, OfOther(otherSilo), builder => builder.AddEndpointSync(Other), silo.Urls);
        application.MapSyncedEndpoints(WorkerApp.Registry, apps => apps.Map("a", () => "first"));
        application.MapSyncedEndpoints(Other, apps => apps.Map("a", () => "second"));
        silo.Publish(7, Routes.Of(1, "a", "/one"), Routes.Of(2, "a", "/both"));
        otherSilo.Publish(3, Routes.Of(1, "a", "/two"), Routes.Of(2, "a", "/both"));

        await application.StartAsync();
        await silo.ServesAsync(7);
        await otherSilo.ServesAsync(3);

        using var http = new HttpClient { BaseAddress = new Uri(application.Urls.First()) };
        Assert.Equal(
            [("first", "7"), ("second", "3"), ("first", "7")],
            [await AskAsync(http, "/one"), await AskAsync(http, "/two"), await AskAsync(http, "/both")]);
        using var missing = await http.GetAsync(new Uri("/missing", UriKind.Relative));
        Assert.Equal(System.Net.HttpStatusCode.NotFound, missing.StatusCode);
        var health = await application.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal(["endpoint-sync", "endpoint-sync-other"], health.Entries.Keys.Order());
        Assert.Equal(HealthStatus.Healthy, health.Status);
        await application.StopAsync();
    }

    [Fact]
    public async Task Several_registries_have_to_be_named_where_they_are_mapped()
    {
        using var log = new LogCapture();
        await using var application = WorkerApp.Build(log, build: builder => builder.AddEndpointSync(Other));

        Assert.Contains(
            "needs the name of one of this application's registries",
            Assert.Throws<InvalidOperationException>(() => application.MapSyncedEndpoints(_ => { })).Message,
            StringComparison.Ordinal);
    }

    private static Dictionary<string, string?> OfOther(ScriptedSilo silo) => silo.Urls
        .Select((url, index) =>
            KeyValuePair.Create($"EndpointSync:Worker:Registries:{Other}:Silos:{index}", (string?)url))
        .ToDictionary();

    private static async Task<(string Text, string? Version)> AskAsync(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
        return (await answer.Content.ReadAsStringAsync(), answer.Version());
    }
}
