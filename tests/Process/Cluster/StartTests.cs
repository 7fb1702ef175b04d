using System.Net;
using EndpointSync.Local.Silos;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process.Cluster;

public sealed class StartTests
{
    [Fact]
    public async Task A_silo_that_is_told_of_no_database_brings_its_own_and_takes_it_away_again()
    {
        var folder = Directory.CreateTempSubdirectory("endpointsync-");
        try
        {
            var silo = await SiloProcess.StartAsync(new SiloProcessOptions
            {
                ClusterConnectionString = "",
                Configuration = new Dictionary<string, string> { ["EndpointSync:PrivatePostgres:Directory"] = folder.FullName },
            });
            using var http = new HttpClient { BaseAddress = silo.Address };
            using var reload = await http.PostAsync(new Uri("api/registries/openspp/reload", UriKind.Relative), content: null);
            await silo.StopAsync();

            Assert.Equal(HttpStatusCode.OK, reload.StatusCode);
            Assert.Contains("using a private PostgreSQL", silo.Output, StringComparison.Ordinal);
            Assert.Equal(0, await silo.Exited);
            Assert.Empty(Directory.GetFiles(folder.FullName, "postmaster.pid", SearchOption.AllDirectories));
            await silo.DisposeAsync();
        }
        finally
        {
            folder.Delete(recursive: true);
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
}
