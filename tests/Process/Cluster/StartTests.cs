using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using EndpointSync.Local;
using EndpointSync.Local.Silos;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process.Cluster;

public sealed partial class StartTests
{
    [Fact]
    public async Task A_silo_that_is_told_of_no_database_brings_its_own_and_takes_it_away_again()
    {
        var wanted = Path.Combine(RepositoryRoot.Find(AppContext.BaseDirectory)!, ".data", $"start-{Guid.NewGuid():N}");
        await using var silo = await SiloProcess.StartAsync(new SiloProcessOptions
        {
            ClusterConnectionString = "",
            Configuration = new Dictionary<string, string> { ["EndpointSync:PrivatePostgres:Directory"] = wanted },
        });
        using var http = new HttpClient { BaseAddress = silo.Address };
        using var reload = await http.PostAsync(new Uri("api/registries/openspp/reload", UriKind.Relative), content: null);
        var folder = UsedFolder().Match(silo.Output).Groups["folder"].Value;
        var pidFile = Path.Combine(folder, "data", "postmaster.pid");
        var ranMeanwhile = File.Exists(pidFile);
        await silo.StopAsync();

        Assert.Equal((HttpStatusCode.OK, 0), (reload.StatusCode, await silo.Exited));
        Assert.True(ranMeanwhile, $"no server in {folder}");
        Assert.False(File.Exists(pidFile), $"the server in {folder} still runs");
        Directory.Delete(folder, recursive: true);
        if (Directory.Exists(wanted))
        {
            Directory.Delete(wanted, recursive: true);
        }
    }

    [Fact]
    public async Task A_silo_that_is_configured_wrong_says_every_reason_and_does_not_start()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => SiloProcess.StartAsync(new SiloProcessOptions
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
        Assert.Contains("EndpointSync:Registries:Upper is no name", refused.Message, StringComparison.Ordinal);
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

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => SiloProcess.StartAsync(new SiloProcessOptions
        {
            ClusterConnectionString = database.ConnectionString,
            Configuration = new Dictionary<string, string>
            {
                ["EndpointSync:Registries:openspp:Schema"] = "public",
                ["EndpointSync:Cluster:SiloPort"] = $"{port}",
            },
            OnOutput = line => starts += line.StartsWith("Address already in use", StringComparison.Ordinal) ? 1 : 0,
        }));

        Assert.Contains("exit code 69", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"another process listens on port {port} (EndpointSync:Cluster:SiloPort)", refused.Message, StringComparison.Ordinal);
        Assert.Equal(3, starts);
    }

    [Fact]
    public async Task A_silo_whose_database_refuses_says_which_and_does_not_start()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => SiloProcess.StartAsync(new SiloProcessOptions
        {
            ClusterConnectionString = "Host=127.0.0.1;Port=1;Username=nobody;Database=none",
            Configuration = new Dictionary<string, string> { ["EndpointSync:Registries:openspp:Schema"] = "public" },
        }));

        Assert.Contains("exit code 69", refused.Message, StringComparison.Ordinal);
        Assert.Contains("EndpointSync:Cluster:ConnectionString", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_whose_tables_are_absent_is_told_apart_from_one_that_works()
    {
        await using var database = await TestDatabase.CreateAsync();
        var options = Fleet.Options(database);
        await using var silo = await SiloProcess.StartAsync(options with
        {
            Configuration = new Dictionary<string, string>(options.Configuration) { ["EndpointSync:Registries:broken:Schema"] = "no_such_schema" },
        });
        using var http = new HttpClient { BaseAddress = silo.Address };

        var ready = await http.GetStringAsync(new Uri("health/ready", UriKind.Relative));
        using var broken = await http.PostAsync(new Uri("api/registries/broken/reload", UriKind.Relative), content: null);
        using var working = await http.PostAsync(new Uri($"api/registries/{Fleet.Registry}/reload", UriKind.Relative), content: null);

        Assert.Contains("Degraded", ready, StringComparison.Ordinal);
        Assert.Contains("no_such_schema.fastapi_endpoint", ready, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (broken.StatusCode, working.StatusCode));
        Assert.Contains("CreateTables", await broken.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [GeneratedRegex(@"using a private PostgreSQL on 127\.0\.0\.1:\d+, data in (?<folder>\S+)")]
    private static partial Regex UsedFolder();
}
