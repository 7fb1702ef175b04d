using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process.Publishing;

public sealed class WaitTests
{
    private static readonly JsonSerializerOptions Json = new(
        JsonSerializerDefaults.Web)
    { Converters = { new JsonStringEnumConverter() } };

    [Fact]
    public async Task A_reload_that_waits_for_silos_counts_those_that_serve_its_version_and_names_a_frozen_one()
    {
        await using var fleet = await Fleet.StartAsync(silos: 3);
        using var http = new HttpClient { BaseAddress = fleet.Silos.Silos[0].Address };
        await fleet.Database.AddEndpointAsync("orders", "/orders");

        var (status, receipt) = await ReloadAsync(http, "wait=silos&timeout=10s");

        Assert.Equal(
            (HttpStatusCode.OK, 3, 1L), (status, receipt.Convergence!.Silos, receipt.Convergence.Version.Value));
        Assert.Empty(receipt.Convergence.Missing);

        fleet.Silos.Silos[2].Suspend();
        var (frozenStatus, frozen) = await ReloadAsync(http, "wait=silos&timeout=00:00:01");
        fleet.Silos.Silos[2].Resume();

        Assert.Equal(
            (HttpStatusCode.Accepted, "silo-3"), (frozenStatus, Assert.Single(frozen.Convergence!.Missing).Name));
        Assert.Equal(2, frozen.Convergence.Silos);
    }

    [Fact]
    public async Task Subscribers_are_listed_with_what_they_serve_and_since_when()
    {
        await using var fleet = await Fleet.StartAsync(silos: 2);
        using var http = new HttpClient { BaseAddress = fleet.Silos.Silos[1].Address };
        await fleet.Database.AddEndpointAsync("orders", "/orders");
        await ReloadAsync(http, "wait=silos");

        var list = await http.GetFromJsonAsync<SubscriberList>($"api/v1/registries/{Fleet.Registry}/subscribers", Json);

        Assert.Equal(1, list!.Version.Value);
        Assert.Equal(["silo-1", "silo-2"], list.Subscribers.Select(subscriber => subscriber.Name));
        Assert.All(
            list.Subscribers,
            subscriber => Assert.Equal(
                (1L, 0L, SubscriberKind.Silo), (subscriber.Version.Value, subscriber.Lag, subscriber.Kind)));
        Assert.All(list.Subscribers, subscriber => Assert.True(subscriber.Since > DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public async Task A_wait_that_cannot_be_read_is_refused_with_its_value_and_nothing_is_reloaded()
    {
        await using var fleet = await Fleet.StartAsync(silos: 1);
        using var http = new HttpClient { BaseAddress = fleet.Silos.Silos[0].Address };
        await fleet.Database.AddEndpointAsync("orders", "/orders");
        foreach (var (query, value) in new[]
                 {
                     ("wait=everybody", "'everybody'"), ("wait=silos,workers", "'silos,workers'"), ("wait=1", "'1'"),
                     ("wait=silos&timeout=5", "'5'"),
                     ("wait=silos&timeout=2h", "'2h'"), ("wait=silos&timeout=-5s", "'-5s'"),
                     ("timeout=00:02:00", "'00:02:00'"),
                 })
        {
            using var response = await http.PostAsync(
                new Uri($"api/v1/registries/{Fleet.Registry}/reload?{query}", UriKind.Relative), content: null);

            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            Assert.Contains(
                value,
                problem.RootElement.GetProperty("errors").ToString().Replace("\\u0027", "'", StringComparison.Ordinal),
                StringComparison.Ordinal);
        }

        Assert.Equal(0, await fleet.Database.ScalarAsync<long>("select version from endpoint_sync.state"));
    }

    private static async Task<(HttpStatusCode Status, ReloadReceipt Receipt)> ReloadAsync(HttpClient http, string query)
    {
        using var response = await http.PostAsync(
            new Uri($"api/v1/registries/{Fleet.Registry}/reload?{query}", UriKind.Relative), content: null);
        return (response.StatusCode, (await response.Content.ReadFromJsonAsync<ReloadReceipt>(Json))!);
    }
}
