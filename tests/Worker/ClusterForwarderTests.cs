using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using EndpointSync.Worker;
using EndpointSync.Worker.Yarp;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;

namespace EndpointSync.Tests.Worker;

/// <summary>Apps behind several servers. YARP chooses among them; what reaches one is as strict as with one.</summary>
public sealed class ClusterForwarderTests
{
    private const string Cluster = "ReverseProxy:Clusters:backend";

    [Fact]
    public async Task Requests_are_balanced_and_reach_each_server_with_the_target_that_was_matched()
    {
        await using var servers = await UpstreamServers.StartAsync(3);
        await using var worker = await WorkerAsync(servers, ("LoadBalancingPolicy", "RoundRobin"));
        List<string> answers = [];

        for (var count = 0; count < 30; count++)
        {
            answers.Add(await worker.TextAsync("/api/a%2Fb/%C3%A4?q=b%20c"));
        }

        Assert.Equal(
            Enumerable.Range(0, 3).Select(number => ($"{number} GET /api/a%2Fb/%C3%A4?q=b%20c", 10)),
            answers.GroupBy(text => text).Select(texts => (texts.Key, texts.Count())).Order());
    }

    [Fact]
    public async Task A_server_that_fails_its_health_checks_is_left_out_and_comes_back()
    {
        await using var servers = await UpstreamServers.StartAsync(2);
        await using var worker = await WorkerAsync(
            servers, ("LoadBalancingPolicy", "RoundRobin"), ("HealthCheck:Active:Enabled", "true"),
            ("HealthCheck:Active:Interval", "00:00:00.1"), ("HealthCheck:Active:Path", "/health"));
        await UntilAnsweredByAsync(worker, 0, 1);

        servers[0].IsHealthy = false;
        await UntilAnsweredByAsync(worker, 1);

        servers[0].IsHealthy = true;
        await UntilAnsweredByAsync(worker, 0, 1);
    }

    [Fact]
    public async Task A_server_that_is_killed_is_left_out_after_its_failures_and_tried_again_later()
    {
        await using var servers = await UpstreamServers.StartAsync(2);
        await using var worker = await WorkerAsync(
            servers, ("LoadBalancingPolicy", "RoundRobin"), ("HealthCheck:Passive:Enabled", "true"),
            ("HealthCheck:Passive:ReactivationPeriod", "00:00:03"));

        await servers[0].StopAsync();
        await UntilAnsweredByAsync(worker, 1);

        await servers[0].StartAgainAsync();
        await UntilAnsweredByAsync(worker, 0, 1);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("HealthyAndUnknown")]
    public async Task With_all_servers_down_the_answer_is_503_with_the_version_and_a_time_to_try_again(
        string? policy)
    {
        await using var servers = await UpstreamServers.StartAsync(2);
        await using var worker = await WorkerAsync(
            servers, ("HealthCheck:Active:Enabled", "true"), ("HealthCheck:Active:Interval", "00:00:00.1"),
            ("HealthCheck:Active:Path", "/health"), ("HealthCheck:AvailableDestinationsPolicy", policy));
        await servers[0].StopAsync();
        servers[1].IsHealthy = false;
        await UntilAnsweredByAsync(worker);

        using var answer = await worker.GetAsync("/api/a");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(("1", "1"), (answer.Version(), answer.Headers.RetryAfter?.ToString()));
        Assert.Contains(
            "None of the servers", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/../admin")]
    [InlineData("/api/%2E%2e/admin")]
    [InlineData("/api/..%2Fadmin")]
    [InlineData("/api/..%5Cadmin")]
    [InlineData("/api/..;a=b/admin")]
    [InlineData("/api/a\u0001b")]
    [InlineData("/api/a\rb")]
    [InlineData("/api/a?q=\r")]
    [InlineData("/api/a?q=\u00e4")]
    [InlineData("/api/a?q=x y")]
    public async Task A_target_that_a_server_could_read_otherwise_reaches_none(string target)
    {
        await using var servers = await UpstreamServers.StartAsync(2);
        await using var worker = await WorkerAsync(servers);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", worker.Http.BaseAddress!.Port, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();

        await stream.WriteAsync(
            Encoding.Latin1.GetBytes($"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
            TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        var answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken).Within("the answer");

        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Equal((0, 0), (servers[0].Requests, servers[1].Requests));
    }

    [Fact]
    public async Task Forwarding_headers_of_a_client_are_not_passed_on_whichever_letter_joins_them()
    {
        await using var servers = await UpstreamServers.StartAsync(2);
        await using var worker = await WorkerAsync(servers);

        await worker.GetAsync(
            "/api/a", ("Forwarded", "for=6.6.6.6"), ("X-Forwarded-Port", "666"), ("X_Forwarded_For", "6.6.6.6"),
            ("x_forwarded-Proto", "https"), ("X-Other", "kept"));

        var received = Assert.Single(servers, server => server.Requests > 0).Headers;
        Assert.Equal(
            ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"],
            received.Keys.Where(
                name => name.Contains("Forwarded", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("6.6.6.6", received["X-Forwarded-For"], StringComparison.Ordinal);
        Assert.Equal("kept", received["X-Other"]);
    }

    [Fact]
    public async Task Clusters_may_come_from_code_and_beside_routes_that_YARP_serves_itself()
    {
        await using var servers = await UpstreamServers.StartAsync(1);
        var cluster = new ClusterConfig
        {
            ClusterId = "backend",
            Destinations = new Dictionary<string, DestinationConfig> { ["one"] = new() { Address = servers[0].Url } },
        };
        var own = new RouteConfig { RouteId = "own", ClusterId = "backend", Match = new() { Path = "/own" } };
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/api/<path:rest>")], Map,
            builder => builder.Services.AddReverseProxy().LoadFromMemory([own], [cluster]),
            app => app.MapReverseProxy());

        Assert.Equal("0 GET /api/a", await worker.TextAsync("/api/a"));
        Assert.Equal("0 GET /own", await worker.TextAsync("/own"));
    }

    [Fact]
    public async Task An_unknown_cluster_or_none_at_all_stops_the_start_with_the_cure()
    {
        await using var servers = await UpstreamServers.StartAsync(1);

        var unknown = await Assert.ThrowsAsync<ArgumentException>(
            () => WorkerAsync(servers, apps => apps.MapForwarderToCluster("a", "other")));
        var missing = await Assert.ThrowsAsync<InvalidOperationException>(() => WorkerApp.StartAsync(Map));

        Assert.Contains("YARP has no cluster 'other'; it has 'backend'", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("AddReverseProxy().LoadFromConfig", missing.Message, StringComparison.Ordinal);
    }

    private static void Map(SyncedEndpointsBuilder apps) => apps.MapForwarderToCluster("a", "backend");

    private static Task<WorkerApp> WorkerAsync(
        UpstreamServers servers, params (string Key, string? Value)[] settings) =>
        WorkerAsync(servers, Map, settings);

    private static Task<WorkerApp> WorkerAsync(
        UpstreamServers servers, Action<SyncedEndpointsBuilder> map, params (string Key, string? Value)[] settings) =>
        WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/api/<path:rest>")], map,
            builder =>
            {
                builder.Services.AddReverseProxy().LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"));
                // One failure is enough, so that a test need not send many requests.
                builder.Services.Configure<TransportFailureRateHealthPolicyOptions>(
                    options => options.MinimalTotalCountThreshold = 1);
            },
            settings: new(WorkerApp.AnyPath.Concat(settings.Select(
                pair => KeyValuePair.Create($"{Cluster}:{pair.Key}", pair.Value))).Concat(servers.Select(
                    (server, number) => KeyValuePair.Create(
                        $"{Cluster}:Destinations:{number.ToString(CultureInfo.InvariantCulture)}:Address",
                        (string?)server.Url)))));

    // Until ten requests in a row are answered by exactly these servers; by none means 503.
    private static async Task UntilAnsweredByAsync(WorkerApp worker, params int[] servers)
    {
        var expected = servers.Length == 0 ? ["503"] : servers.Select(number => $"{number}").ToList();
        List<string> answered = [];
        await Deadline.UntilAsync(
            async () =>
            {
                answered.Clear();
                for (var count = 0; count < 10; count++)
                {
                    using var answer = await worker.GetAsync("/api/a");
                    answered.Add(answer.IsSuccessStatusCode
                        ? (await answer.Content.ReadAsStringAsync()).Split(' ')[0]
                        : $"{(int)answer.StatusCode}");
                }

                return answered.Distinct().Order().SequenceEqual(expected);
            },
            $"answers by {string.Join(", ", expected)}");
    }
}
