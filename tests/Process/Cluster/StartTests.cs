using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Postgres;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process.Cluster;

public sealed class StartTests
{
    [Fact]
    public async Task A_silo_without_a_database_does_not_start_and_names_the_key_and_a_trial()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => SiloProcess.StartAsync(new SiloProcessOptions { ClusterConnectionString = "" }));

        Assert.Contains("78", refused.Message, StringComparison.Ordinal);
        Assert.Contains("EndpointSync:Cluster:ConnectionString is empty", refused.Message, StringComparison.Ordinal);
        Assert.Contains("./run", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_with_a_wrong_configuration_reports_every_reason_and_does_not_start()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => SiloProcess.StartAsync(new SiloProcessOptions
            {
                ClusterConnectionString = "Host=127.0.0.1;Port=1",
                Configuration = new Dictionary<string, string>
                {
                    ["EndpointSync:Cluster:AdvertisedAddress"] = "192.0.2.1",
                    ["EndpointSync:Registries:Upper:Schema"] = "public",
                    ["EndpointSync:Sync:Deadline"] = "00:00:40",
                },
            }));

        Assert.Contains("exit code 78", refused.Message, StringComparison.Ordinal);
        Assert.Contains("AllowPlaintextClusterTraffic", refused.Message, StringComparison.Ordinal);
        Assert.Contains(
            "EndpointSync:Registries:Upper is not a valid registry name", refused.Message, StringComparison.Ordinal);
        Assert.Contains("EndpointSync:Sync:Deadline (00:00:40)", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_whose_port_is_taken_is_started_again_a_few_times()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var starts = 0;
        await using var database = await TestDatabase.CreateAsync();

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => SiloProcess.StartAsync(new SiloProcessOptions
            {
                ClusterConnectionString = database.ConnectionString,
                Configuration = new Dictionary<string, string>
                {
                    ["EndpointSync:Registries:openspp:Schema"] = "public",
                    ["EndpointSync:Cluster:SiloPort"] = $"{port}",
                },
                OnOutput = line =>
                    starts += line.StartsWith("Address already in use", StringComparison.Ordinal) ? 1 : 0,
            }));

        Assert.Contains("exit code 69", refused.Message, StringComparison.Ordinal);
        Assert.Contains(
            $"another process listens on port {port} (EndpointSync:Cluster:SiloPort)", refused.Message,
            StringComparison.Ordinal);
        Assert.Equal(3, starts);
    }

    [Theory]
    [InlineData("local")]
    [InlineData("another")]
    public async Task A_second_silo_on_the_same_ports_does_not_start_and_the_first_one_goes_on(string clusterId)
    {
        await using var database = await TestDatabase.CreateAsync();
        var options = OnPorts(Fleet.Options(database), LoopbackPort.PickFree(), LoopbackPort.PickFree());
        await using var first = await SiloProcess.StartAsync(options, TestContext.Current.CancellationToken);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => SiloProcess.StartAsync(options with { ClusterId = clusterId, Name = "silo-2" }));

        Assert.Contains("exit code 69", refused.Message, StringComparison.Ordinal);
        Assert.Contains("(EndpointSync:Cluster:SiloPort)", refused.Message, StringComparison.Ordinal);
        using var http = new HttpClient { BaseAddress = first.Address };
        using var reload = await http.PostAsync(
            new Uri($"api/v1/registries/{Fleet.Registry}/reload", UriKind.Relative), content: null,
            TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, reload.StatusCode);
    }

    [Theory]
    [InlineData("ASPNETCORE_URLS", "http://127.0.0.1:{0}")]
    [InlineData("ASPNETCORE_HTTP_PORTS", "{0}")]
    [InlineData("Kestrel__Endpoints__Api__Url", "http://127.0.0.1:{0}")]
    public async Task The_api_listens_where_ASP_NET_Cores_own_settings_say(string variable, string value)
    {
        var port = LoopbackPort.PickFree();
        await using var database = await TestDatabase.CreateAsync();
        var options = Fleet.Options(database) with { HttpPort = port };

        // Ready means that the address answers.
        await using var silo = await SiloProcess.StartAsync(
            options with
            {
                Configuration = new Dictionary<string, string>(options.Configuration)
                {
                    ["Urls"] = "",
                    // The variable with ports alone listens on all addresses.
                    ["EndpointSync:Http:AdminKeyHash"] = new string('0', 64),
                    [variable] = string.Format(CultureInfo.InvariantCulture, value, port),
                },
            },
            TestContext.Current.CancellationToken);

        Assert.Equal(port, silo.Address.Port);
    }

    [Fact]
    public async Task A_silo_whose_database_refuses_names_its_setting_and_does_not_start()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => SiloProcess.StartAsync(new SiloProcessOptions
            {
                ClusterConnectionString = "Host=127.0.0.1;Port=1;Username=nobody;Database=none",
                Configuration = new Dictionary<string, string>
                {
                    ["EndpointSync:Registries:openspp:Schema"] = "public",
                },
            }));

        Assert.Contains("exit code 69", refused.Message, StringComparison.Ordinal);
        Assert.Contains("EndpointSync:Cluster:ConnectionString", refused.Message, StringComparison.Ordinal);
    }

    // Two clocks of one machine differ by less than a round trip, so only a bound of less than that is exceeded.
    [Fact]
    public async Task A_silo_whose_clock_is_too_far_from_the_databases_does_not_start()
    {
        await using var database = await TestDatabase.CreateAsync();
        var options = Fleet.Options(database);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => SiloProcess.StartAsync(options with
            {
                Configuration = new Dictionary<string, string>(options.Configuration)
                {
                    ["EndpointSync:Cluster:MaxClockSkew"] = "00:00:00.0000001",
                },
            }));

        Assert.Contains("exit code 69", refused.Message, StringComparison.Ordinal);
        Assert.Contains("the clock of the cluster's database", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_whose_tables_are_absent_is_reported_apart_from_one_that_works()
    {
        await using var database = await TestDatabase.CreateAsync();
        var options = Fleet.Options(database);
        await using var silo = await SiloProcess.StartAsync(options with
        {
            Configuration = new Dictionary<string, string>(options.Configuration)
            {
                ["EndpointSync:Registries:broken:Schema"] = "no_such_schema",
            },
        });
        using var http = new HttpClient { BaseAddress = silo.Address };

        var ready = await http.GetStringAsync(new Uri("health/ready", UriKind.Relative));
        using var broken = await http.PostAsync(
            new Uri("api/v1/registries/broken/reload", UriKind.Relative), content: null);
        using var working = await http.PostAsync(
            new Uri($"api/v1/registries/{Fleet.Registry}/reload", UriKind.Relative), content: null);

        Assert.Contains("Degraded", ready, StringComparison.Ordinal);
        Assert.Contains("no_such_schema.fastapi_endpoint", ready, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (broken.StatusCode, working.StatusCode));
        Assert.Contains("CreateTables", await broken.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static SiloProcessOptions OnPorts(SiloProcessOptions options, int siloPort, int gatewayPort) => options with
    {
        Configuration = new Dictionary<string, string>(options.Configuration)
        {
            ["EndpointSync:Cluster:SiloPort"] = $"{siloPort}",
            ["EndpointSync:Cluster:GatewayPort"] = $"{gatewayPort}",
        },
    };
}
