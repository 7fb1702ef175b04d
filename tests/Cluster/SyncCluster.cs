using EndpointSync.Core;
using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Coordination;
using EndpointSync.Grains.Hosting;
using EndpointSync.Grains.Locks;
using EndpointSync.Grains.Publishing;
using EndpointSync.Tests.Testing;
using EndpointSync.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.TestingHost;

namespace EndpointSync.Tests.Cluster;

/// <summary>
/// Silos in this process, one fresh database for each of their registries, and a gate in the middle of their syncs.
/// </summary>
internal sealed class SyncCluster : IAsyncDisposable
{
    public const string Registry = "openspp";
    public const string OtherRegistry = "other";

    private readonly InProcessTestCluster _cluster;

    private SyncCluster(
        InProcessTestCluster cluster, TestDatabase database, TestDatabase other, LogCapture log, CallCounter calls)
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

    public static async Task<SyncCluster> StartAsync(
        int silos =
            2, SyncOptions? limits = null, PublishingOptions? publishing = null,
            IReadOnlyDictionary<string, RegistryOptions>? more = null)
    {
        var database = await TestDatabase.CreateAsync();
        var other = await TestDatabase.CreateAsync();
        var log = new LogCapture();
        var calls = new CallCounter();
        var builder = new InProcessTestClusterBuilder((short)silos);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSilo((options, silo) =>
        {
            silo.Services.AddSingleton(Options.Create(limits ?? LongTimeouts()));
            silo.Services.AddSingleton(Options.Create(publishing ?? new PublishingOptions()));
            silo.Services.AddSingleton(log.Of(options.SiloName));
            silo.AddEndpointSync(database.ConnectionString, Registries(other, more));
            silo.AddIncomingGrainCallFilter(calls);
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        await UntilNothingIsPendingAsync(database);
        await UntilNothingIsPendingAsync(other);
        return new SyncCluster(cluster, database, other, log, calls);
    }

    /// <summary>Time limits that no test reaches by accident.</summary>
    public static SyncOptions LongTimeouts() => new()
    {
        Deadline = TimeSpan.FromSeconds(29),
        StatementTimeout = TimeSpan.FromSeconds(28),
        LockTimeout = TimeSpan.FromSeconds(27),
        IdleInTransactionTimeout = TimeSpan.FromSeconds(28),
        RetryDelay = TimeSpan.FromMilliseconds(20),
        MaxRetryDelay = TimeSpan.FromMilliseconds(100),
        PollInterval = TimeSpan.FromMilliseconds(200),
    };

    /// <summary>The same limits, and no poll that could interfere with a test.</summary>
    public static SyncOptions WithoutPoll()
    {
        var limits = LongTimeouts();
        limits.PollInterval = TimeSpan.FromHours(1);
        return limits;
    }

    public Task<ReloadReceipt> ReloadAsync(CancellationToken cancellationToken = default) =>
        Coordinator.ReloadAsync(new ReloadRequest(), cancellationToken);

    /// <summary>The gate that every request inside one silo passes.</summary>
    public ReloadGate Gate(int silo) => Service<ReloadGate>(silo);

    /// <summary>Where one silo begins rollouts.</summary>
    public RolloutGate Rollouts(int silo) => Service<RolloutGate>(silo);

    /// <summary>Completes when this many reloads wait for the lock, over all silos.</summary>
    public async Task UntilWaitingForLockAsync(int count)
    {
        var watches = Enumerable.Range(0, Silos).Select(Service<LockWatch>).ToList();
        var arrival = NextWaiterAsync();
        while (watches.Sum(watch => watch.Waiting(Registry)) < count)
        {
            await arrival.Within($"{count} reloads that wait for the lock");
            arrival = NextWaiterAsync();
        }

        Task NextWaiterAsync() => Task.WhenAny(watches.Select(watch => watch.NextWaiterAsync(Registry)));
    }

    public int Silos => _cluster.Silos.Count;

    /// <summary>What a silo serves.</summary>
    public RegistryRoutes Routes(int silo) => Service<RegistryMap<PublishedRegistry>>(silo).Get(Registry).Routes;

    /// <summary>The workers that a silo knows.</summary>
    public WorkerLeases Workers(int silo) => Service<RegistryMap<PublishedRegistry>>(silo).Get(Registry).Workers;

    public InProcessSiloHandle Silo(int silo) => _cluster.Silos[silo];

    /// <summary>What workers of one silo are answered by.</summary>
    public WorkerFeed Feed(int silo) => Service<WorkerFeed>(silo);

    /// <summary>Waits at one silo, as a client that is connected through it does.</summary>
    public Task<Convergence> ConvergeAsync(int silo, RouteVersion version, WaitFor waitFor, TimeSpan timeout) =>
        Service<IGrainFactory>(silo).GetGrain<IGatewayEntryGrain>(0)
            .ConvergeAsync(Registry, version, waitFor, timeout);

    /// <summary>Completes when every silo serves the version, or a newer one.</summary>
    public Task UntilServedAsync(long version) =>
        Task.WhenAll(Enumerable.Range(0, Silos).Select(silo => UntilServedAsync(silo, version)));

    public async Task UntilServedAsync(int silo, long version)
    {
        var routes = Routes(silo);
        var changed = routes.Changed;
        while (routes.Version.Value < version)
        {
            await changed.Within($"version {version} on silo {silo}, which serves {routes.Version} ({routes.Problem})");
            changed = routes.Changed;
        }
    }

    /// <summary>Starts one more silo and returns its number.</summary>
    public async Task<int> AddSiloAsync()
    {
        await _cluster.StartAdditionalSiloAsync();
        return _cluster.Silos.Count - 1;
    }

    public bool IsActive(IAddressable grain) => _cluster.TryGetGrainContext(grain.GetGrainId(), out _);

    /// <summary>The silo that a grain is active on.</summary>
    public InProcessSiloHandle SiloOf(IAddressable grain)
    {
        Assert.True(_cluster.TryGetGrainContext(grain.GetGrainId(), out var context), "the grain is not active");
        return _cluster.GetSiloForAddress(context.Address.SiloAddress!)!;
    }

    public Task DeactivateAsync(IAddressable grain) => _cluster.DeactivateAsync(grain);

    private T Service<T>(int silo)
        where T : notnull => _cluster.GetSiloServiceProvider(_cluster.Silos[silo].SiloAddress).GetRequiredService<T>();

    /// <summary>The silo that the coordinator is active on.</summary>
    public InProcessSiloHandle CoordinatorSilo() => SiloOf(Coordinator);

    public Task DeactivateCoordinatorAsync() => _cluster.DeactivateAsync(Coordinator);

    public Task StopAsync(InProcessSiloHandle silo) => _cluster.StopSiloAsync(silo);

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
        await Database.DisposeAsync();
        await OtherDatabase.DisposeAsync();
    }

    // The installation of the triggers requests a full check, which the silos run by themselves. It must not interfere
    // with a test.
    private static Task UntilNothingIsPendingAsync(TestDatabase database) =>
        database.UntilAsync(
            "select exists (select from endpoint_sync.state) and endpoint_sync.is_tracked('public') "
            + "and not exists (select from endpoint_sync.pending_changes)",
            "the first full check");

    private static Dictionary<string, RegistryOptions> Registries(
        TestDatabase other,
        IReadOnlyDictionary<string, RegistryOptions>? more) => new(more ?? new Dictionary<string, RegistryOptions>())
        {
            [Registry] = new RegistryOptions(),
            [OtherRegistry] = new RegistryOptions { ConnectionString = other.ConnectionString },
        };
}
