using EndpointSync.Grains.Hosting;
using EndpointSync.Grains.Registries;
using EndpointSync.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.TestingHost;

namespace EndpointSync.Tests.Cluster;

/// <summary>Silos in this process, one fresh database for each of their registries, and a gate in the middle of their syncs.</summary>
internal sealed class SyncCluster : IAsyncDisposable
{
    public const string Registry = "openspp";
    public const string OtherRegistry = "other";

    private readonly InProcessTestCluster _cluster;

    private SyncCluster(InProcessTestCluster cluster, TestDatabase database, TestDatabase other, LogCapture log, CallCounter calls)
    {
        _cluster = cluster;
        Database = database;
        OtherDatabase = other;
        Log = log;
        Calls = calls;
    }

    public TestDatabase Database { get; }

    public TestDatabase OtherDatabase { get; }

    public LogCapture Log { get; }

    public CallCounter Calls { get; }

    public IGrainFactory Client => _cluster.Client;

    public IEndpointSyncGrain Coordinator => _cluster.Client.GetGrain<IEndpointSyncGrain>(Registry);

    public static async Task<SyncCluster> StartAsync(int silos = 2, SyncOptions? limits = null)
    {
        var database = await TestDatabase.CreateAsync();
        var other = await TestDatabase.CreateAsync();
        var log = new LogCapture();
        var calls = new CallCounter();
        var builder = new InProcessTestClusterBuilder((short)silos);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSilo((options, silo) =>
        {
            silo.Services.AddSingleton(Options.Create(limits ?? Patient()));
            silo.Services.AddSingleton<ILoggerProvider>(log);
            silo.Services.AddEndpointSyncGrains(options.SiloName, database.ConnectionString, Registries(other));
            silo.AddIncomingGrainCallFilter(calls);
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new SyncCluster(cluster, database, other, log, calls);
    }

    /// <summary>Time limits that no test runs into unless it wants to.</summary>
    public static SyncOptions Patient() => new()
    {
        Deadline = TimeSpan.FromSeconds(29),
        StatementTimeout = TimeSpan.FromSeconds(28),
        LockTimeout = TimeSpan.FromSeconds(27),
        IdleInTransactionTimeout = TimeSpan.FromSeconds(28),
        RetryDelay = TimeSpan.FromMilliseconds(20),
        MaxRetryDelay = TimeSpan.FromMilliseconds(100),
        PollInterval = TimeSpan.FromMilliseconds(200),
    };

    public Task<ReloadReceipt> ReloadAsync(CancellationToken cancellationToken = default) => Coordinator.ReloadAsync(new ReloadRequest(), cancellationToken);

    /// <summary>The way that everything inside one silo takes.</summary>
    public ReloadGate Gate(int silo) => _cluster.GetSiloServiceProvider(_cluster.Silos[silo].SiloAddress).GetRequiredService<ReloadGate>();

    /// <summary>The silo that the coordinator is active on.</summary>
    public InProcessSiloHandle CoordinatorSilo()
    {
        Assert.True(_cluster.TryGetGrainContext(Coordinator.GetGrainId(), out var context), "the coordinator is not active");
        return _cluster.GetSiloForAddress(context.Address.SiloAddress!)!;
    }

    public Task DeactivateCoordinatorAsync() => _cluster.DeactivateAsync(Coordinator);

    public Task StopAsync(InProcessSiloHandle silo) => _cluster.StopSiloAsync(silo);

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
        await Database.DisposeAsync();
        await OtherDatabase.DisposeAsync();
    }

    private static Dictionary<string, RegistryOptions> Registries(TestDatabase other) => new()
    {
        [Registry] = new RegistryOptions(),
        [OtherRegistry] = new RegistryOptions { ConnectionString = other.ConnectionString },
    };
}
