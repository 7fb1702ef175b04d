using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EndpointSync.Client;
using EndpointSync.Tests.Process.Tls;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Postgres;
using EndpointSync.Tools.Processes;
using Microsoft.Extensions.Options;

namespace EndpointSync.Tests.Process;

/// <summary>Clients that have no database: they learn of the gateways from their settings or from a silo.</summary>
public sealed class ClientGatewayTests(ITestOutputHelper output)
{
    private const string AdminKey = "the administrators' key of the test";

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(40);

    [Theory]
    [InlineData("Gateways", false)]
    [InlineData("Silos", false)]
    [InlineData("Gateways", true)]
    [InlineData("Silos", true)]
    public async Task A_client_without_a_database_outlives_its_silos_and_finds_a_later_one(string source, bool tls)
    {
        using var certificates = await TestCertificates.CreateAsync();
        await certificates.SiloAsync("silo");
        await certificates.ClientAsync("app");
        await using var database = await TestDatabase.CreateAsync();
        var ports = Enumerable.Range(0, 3).Select(_ => LoopbackPort.PickFree()).ToList();
        var laterHttp = LoopbackPort.PickFree();
        Task<SiloProcess> StartAsync(int number) => SiloAsync(
            database, number, ports[number], tls ? certificates.Settings("silo") : [],
            httpPort: number == 2 ? laterHttp : 0);
        await using var first = await StartAsync(0);
        await using var second = await StartAsync(1);
        var key = certificates.PathOf("key");
        await File.WriteAllTextAsync(
            key, await KeyAsync(first, AccessRole.Viewer), TestContext.Current.CancellationToken);
        // The silo that is asked names the second one. What is named before it is there is found when it is.
        await UntilSilosAreNamedAsync(first, 2);
        var settings = source == "Silos"
            ? Settings(
                ("Silos:0", $"{first.Address}"), ("Silos:1", $"http://127.0.0.1:{laterHttp}"), ("KeyFile", key))
            : Settings(
                ("Gateways:0", $"127.0.0.1:{ports[0]}"), ("Gateways:1", $"localhost:{ports[1]}"),
                ("Gateways:2", $"127.0.0.1:{ports[2]}"));
        await using var host = Host(
            database, [.. settings, .. tls ? certificates.ClientSettings("app") : []]);
        await host.StartAsync();
        Assert.Equal(ReloadOutcome.UpToDate, (await host.ReloadAsync()).Outcome);

        first.Kill();
        await ReloadsWithinAsync(host, "the first silo is gone");
        await using var third = await StartAsync(2);
        second.Kill();
        await ReloadsWithinAsync(host, "only a later silo is left");
    }

    [Fact]
    public async Task Silos_are_asked_in_turn_and_an_outage_of_their_HTTP_is_told_once()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var silo = await SiloAsync(database, 0, LoopbackPort.PickFree(), [], key: false);
        await using var host = Host(
            database, Silos($"http://127.0.0.1:{LoopbackPort.PickFree()}", $"{silo.Address}"));

        await host.StartAsync();

        Assert.Equal(ReloadOutcome.UpToDate, (await host.ReloadAsync()).Outcome);
        silo.Suspend();
        var told = await host.Log.FirstAsync(3002).Within("the outage to be told");
        silo.Resume();
        await host.Log.FirstAsync(3003).Within("the answer to be told");
        Assert.Contains("did not answer within 00:00:02", told.Message, StringComparison.Ordinal);
        Assert.Equal(ReloadOutcome.UpToDate, (await host.ReloadAsync()).Outcome);
    }

    [Theory]
    [InlineData("Gateways:0", "127.0.0.1:", "through the gateways 127.0.0.1:")]
    [InlineData("Gateways:0", "no-such-host.invalid:", "'no-such-host.invalid' cannot be resolved")]
    [InlineData("Silos:0", "http://127.0.0.1:", "through the HTTP API of http://127.0.0.1:")]
    public async Task Without_an_answer_the_start_fails_and_names_what_was_asked(
        string key, string address, string reason)
    {
        var text = $"{address}{LoopbackPort.PickFree()}";
        await using var host = new ClientHost(
            null, Settings((key, text), ("ConnectTimeout", "00:00:01")));

        var failure = await Assert.ThrowsAsync<TimeoutException>(() => host.StartAsync())
            .Within("the client to give up");

        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Contains(text, failure.Message, StringComparison.Ordinal);
        Assert.Contains("Check that a silo runs", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_key_and_another_cluster_fail_at_once_because_waiting_does_not_help()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var silo = await SiloAsync(database, 0, LoopbackPort.PickFree(), []);
        var worker = await KeyAsync(silo, AccessRole.Worker);
        var viewer = await KeyAsync(silo, AccessRole.Viewer);
        IEnumerable<KeyValuePair<string, string?>> own = Silos($"{silo.Address}");
        foreach (var (settings, reason) in new[]
        {
            (own, "answers 401. Give the client a key with the role viewer or operator"),
            ([.. own, .. Settings(("Key", worker))], "answers 403. Give the client a key"),
            ([.. own, .. Settings(("Key", viewer), ("ClusterId", "other"))],
                $"is a silo of cluster '{Fleet.Options(database).ClusterId}', service 'endpointsync', and this client "
                + "is set to 'other', 'endpointsync': set EndpointSync:Cluster:ClusterId"),
        })
        {
            await using var host = Host(database, settings);

            var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync())
                .Within("the client to give up");

            Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
            Assert.Contains("A retry does not help", failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(worker, failure.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Gateways ('10.0.0.1') is not the address of a gateway", "Gateways:0=10.0.0.1")]
    [InlineData("Gateways ('10.0.0.1:0') is not the address", "Gateways:0=10.0.0.1:0")]
    [InlineData("Gateways ('10.0.0.1:65536') is not the address", "Gateways:0=10.0.0.1:65536")]
    [InlineData("Gateways ('10.0.0.1:+1') is not the address", "Gateways:0=10.0.0.1:+1")]
    [InlineData("Gateways ('fd00::1:30000') is not the address", "Gateways:0=fd00::1:30000")]
    [InlineData("Gateways ('http://a:30000') is not the address", "Gateways:0=http://a:30000")]
    [InlineData("Silos ('10.0.0.1:5080') is not the URL of a silo", "Silos:0=10.0.0.1:5080")]
    [InlineData("ConnectionString, Gateways and Silos are empty: set one")]
    [InlineData("Gateways and Silos are set: leave all but one", "Gateways:0=10.0.0.1:30000", "Silos:0=http://a:5080")]
    [InlineData("ConnectionString and Silos are set: leave", "ConnectionString=Host=h", "Silos:0=http://a:5080")]
    [InlineData("Key or KeyFile is set without Silos", "Gateways:0=[fd00::1]:30000", "Key=a")]
    [InlineData("KeyFile ('/no/such') does not exist", "Silos:0=https://silo.example", "KeyFile=/no/such")]
    public async Task Each_mistake_stops_the_start_with_one_error_that_names_the_value(
        string complaint, params string[] settings)
    {
        await using var host = new ClientHost(
            null, Settings([.. settings.Select(text => text.Split('=', 2)).Select(pair => (pair[0], pair[1]))]));

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.StartsWith(
            $"EndpointSync:Cluster:{complaint}", Assert.Single(refused.Failures), StringComparison.Ordinal);
    }

    private async Task ReloadsWithinAsync(ClientHost host, string when)
    {
        var begun = TimeProvider.System.GetTimestamp();
        // One request goes through one gateway; several find whether any is a trap.
        for (var count = 0; count < 10; count++)
        {
            var receipt = await host.ReloadAsync(options: new ReloadOptions { Timeout = Longest }).Within(when);
            Assert.Equal(ReloadOutcome.UpToDate, receipt.Outcome);
        }

        output.WriteLine($"{when}: {TimeProvider.System.GetElapsedTime(begun).TotalMilliseconds:0} ms");
    }

    // The later value of a key counts.
    private static ClientHost Host(TestDatabase database, IEnumerable<KeyValuePair<string, string?>> settings) => new(
        null,
        Settings(("ClusterId", Fleet.Options(database).ClusterId)).Concat(settings)
            .GroupBy(pair => pair.Key).ToDictionary(pairs => pairs.Key, pairs => pairs.Last().Value));

    private static Dictionary<string, string?> Silos(params string[] urls) =>
        Settings([.. urls.Select((url, index) => ($"Silos:{index}", url))]);

    private static Dictionary<string, string?> Settings(params (string Key, string Value)[] settings) =>
        settings.ToDictionary(pair => $"EndpointSync:Cluster:{pair.Key}", pair => (string?)pair.Value);

    private static Task<SiloProcess> SiloAsync(
        TestDatabase database, int number, int gatewayPort, Dictionary<string, string> tls, bool key = true,
        int httpPort = 0)
    {
        var options = Fleet.Options(database);
        var settings = new Dictionary<string, string>(options.Configuration.Concat(tls))
        {
            ["EndpointSync:Cluster:GatewayPort"] = gatewayPort.ToString(CultureInfo.InvariantCulture),
        };
        if (key)
        {
            settings["EndpointSync:Http:AdminKeyHash"] =
                Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(AdminKey)));
        }

        return SiloProcess.StartAsync(
            options with { Name = $"silo-{number + 1}", Configuration = settings, HttpPort = httpPort },
            TestContext.Current.CancellationToken);
    }

    private static async Task UntilSilosAreNamedAsync(SiloProcess silo, int count)
    {
        using var http = new HttpClient { BaseAddress = silo.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", AdminKey);
        await Deadline.UntilAsync(
            async () =>
            {
                using var list = JsonDocument.Parse(
                    await http.GetStringAsync(new Uri("api/v1/gateways", UriKind.Relative)));
                return list.RootElement.GetProperty("silos").GetArrayLength() == count
                    && list.RootElement.GetProperty("gateways").GetArrayLength() == count;
            },
            "the silos to know each other");
    }

    private static async Task<string> KeyAsync(SiloProcess silo, AccessRole role)
    {
        using var http = new HttpClient { BaseAddress = silo.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", AdminKey);
        using var answer = await http.PostAsJsonAsync(
            new Uri("api/v1/keys", UriKind.Relative), new { name = "test", role = $"{role}" },
            TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        using var json = JsonDocument.Parse(
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return json.RootElement.GetProperty("key").GetString()!;
    }
}
