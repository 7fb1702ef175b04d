using System.Net;
using EndpointSync.Core;
using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Hosting;
using EndpointSync.Tests.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace EndpointSync.Tests.Unit.Silo;

/// <summary>A host that embeds a silo is checked as the product's own silo is.</summary>
public sealed class EmbeddedSiloTests
{
    [Fact]
    public void Every_wrong_value_of_an_embedding_host_stops_its_start_with_key_and_value()
    {
        var services = new ServiceCollection();
        services.Configure<SyncOptions>(options => options.Deadline = TimeSpan.FromMinutes(1));
        services.Configure<PublishingOptions>(options => options.WorkerLease = TimeSpan.Zero);
        services.AddEndpointSyncGrains(
            "Host=db", new Dictionary<string, RegistryOptions> { ["Open SPP"] = new() { Schema = "" } });

        var refused = Assert.Throws<AggregateException>(() => Start(services));

        var errors = refused.InnerExceptions.Cast<OptionsValidationException>()
            .SelectMany(error => error.Failures)
            .ToList();
        Assert.Contains(
            errors, error => error.StartsWith("EndpointSync:Sync:Deadline (00:01:00)", StringComparison.Ordinal));
        Assert.Contains(
            errors,
            error => error.StartsWith("EndpointSync:Publishing:WorkerLease (00:00:00)", StringComparison.Ordinal));
        Assert.Contains(
            errors,
            error => error.StartsWith(
                "EndpointSync:Registries:Open SPP is not a valid registry name", StringComparison.Ordinal));
        Assert.Contains(
            errors,
            error => error.StartsWith("EndpointSync:Registries:Open SPP:Schema ('')", StringComparison.Ordinal));
    }

    [Fact]
    public void Good_values_pass()
    {
        var services = new ServiceCollection();
        services.AddEndpointSyncGrains("Host=db", new Dictionary<string, RegistryOptions> { ["openspp"] = new() });

        Start(services);
    }

    [Theory]
    [InlineData(false, false, false, false)]
    [InlineData(true, false, false, true)]
    [InlineData(true, true, false, false)]
    [InlineData(true, false, true, false)]
    public void Cluster_ports_that_a_network_sees_in_the_clear_stop_the_start_whatever_opened_them(
        bool isOffLoopback, bool isAllowed, bool isEncrypted, bool isRefused)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["EndpointSync:Cluster:AllowPlaintextClusterTraffic"] = $"{isAllowed}",
            }).Build());
        services.AddOptions<EndpointOptions>().Configure(options =>
        {
            options.AdvertisedIPAddress = IPAddress.Loopback;
            options.SiloListeningEndpoint = isOffLoopback ? new IPEndPoint(IPAddress.Any, 11111) : null;
        });
        services.AddEndpointSyncGrains("Host=db", new Dictionary<string, RegistryOptions> { ["openspp"] = new() });
        if (isEncrypted)
        {
            services.AddSingleton<ProtectedClusterTraffic>();
        }

        using var provider = services.BuildServiceProvider();
        var refused = Record.Exception(() => provider.GetRequiredService<IOptions<EndpointOptions>>().Value);

        Assert.Equal(isRefused, refused is OptionsValidationException);
        if (isRefused)
        {
            Assert.Contains(
                "SiloListeningEndpoint of Orleans' EndpointOptions (0.0.0.0) is not a loopback address",
                refused!.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Host=db", null, true)]
    [InlineData("Host=10.0.0.1:5433;SSL Mode=Require", null, true)]
    [InlineData("Host=localhost,db", null, true)]
    [InlineData("Host=db", "WireGuard", false)]
    [InlineData("Host=db;SSL Mode=VerifyFull", null, false)]
    [InlineData("Host=localhost", null, false)]
    [InlineData("Host=127.0.0.1,[::1]:5433", null, false)]
    [InlineData("Host=/run/postgresql", null, false)]
    public async Task A_database_behind_a_network_that_is_not_verified_is_warned_of_by_name(
        string connectionString, string? reason, bool isWarnedOf)
    {
        using var log = new LogCapture();
        var trust = new DatabaseTrust(
            Options.Create(new RegistriesOptions
            {
                ClusterConnectionString = connectionString,
                UnverifiedDatabaseReason = reason,
                Registries = new Dictionary<string, RegistryOptions>
                {
                    ["openspp"] = new()
                    {
                        ConnectionString = connectionString,
                        UnverifiedDatabaseReason = reason,
                    },
                    ["other"] = new(),
                },
            }),
            log.CreateLogger<DatabaseTrust>());

        await trust.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(
            isWarnedOf ? ["EndpointSync:Cluster", "EndpointSync:Registries:openspp"] : [],
            log.Entries.Select(
                entry => entry.Message[..entry.Message.IndexOf(":ConnectionString", StringComparison.Ordinal)]));
    }

    private static void Start(ServiceCollection services)
    {
        using var provider = services.BuildServiceProvider();
        provider.GetRequiredService<IStartupValidator>().Validate();
    }
}
