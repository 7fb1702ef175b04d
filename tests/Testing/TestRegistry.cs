using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Endpoints;
using EndpointSync.Grains.History;
using EndpointSync.Grains.Locks;
using EndpointSync.Grains.Odoo;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Preparation;
using EndpointSync.Grains.Registries;
using EndpointSync.Grains.Sync;
using EndpointSync.Grains.Sync.Statements;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Tests.Testing;

/// <summary>
/// One registry on a test database, synced as a silo syncs it, without any silo: its commits are not published.
/// </summary>
internal sealed class TestRegistry : IAsyncDisposable
{
    private const int FirstPage = 1_000;

    private readonly DataSources _sources;

    public TestRegistry(
        TestDatabase database, SyncOptions? limits = null, string silo = "test-silo", string? connectionString = null,
        RegistryOptions? options = null)
    {
        options ??= new RegistryOptions();
        connectionString ??= database.ConnectionString;
        _sources = new DataSources(silo);
        Database = new RegistryDatabase(
            "test", _sources.For(connectionString), _sources.Listened(connectionString), new SchemaSql(options.Schema),
            AdvisoryLockKey.Of(options.LockName),
            options.CreateTables, options.SyncOn, options.AllowMassRemoval, limits ?? new SyncOptions(), silo);
        Lock = new SyncLock(Database);
        Capture = new ChangeCapture(Database, Log.CreateLogger<ChangeCapture>());
        Preparation = new RegistryPreparation(Database, Capture, Log.CreateLogger<RegistryPreparation>());
        Sequence = new OdooSequence(Database, TimeProvider.System, Log.CreateLogger<OdooSequence>());
        Lost = new LostVersions(Database);
        Session = new SyncSession(Database, Lock, Lost, TimeProvider.System, Log.CreateLogger<SyncSession>());
        Pins = new PinSession(Database, Lock, Session, TimeProvider.System, Log.CreateLogger<PinSession>());
        Attempts = new SyncAttempts(
            Database, Preparation, Session, Pins, TimeProvider.System, Log.CreateLogger<SyncAttempts>());
        Plans = new PlanReader(Database);
        Statistics = new RouteStatistics(Database);
        Status = new RegistryStatusStore(Database, Lock);
        Endpoints = new EndpointStore(Database);
        History = new VersionHistory(Database);
        Reader = new RouteReader(Database);
    }

    public LogCapture Log { get; } = new();

    public RegistryDatabase Database { get; }

    public SyncLock Lock { get; }

    public ChangeCapture Capture { get; }

    public RegistryPreparation Preparation { get; }

    public OdooSequence Sequence { get; }

    public SyncSession Session { get; }

    public PinSession Pins { get; }

    public SyncAttempts Attempts { get; }

    public PlanReader Plans { get; }

    public RouteStatistics Statistics { get; }

    public RegistryStatusStore Status { get; }

    public EndpointStore Endpoints { get; }

    public VersionHistory History { get; }

    public RouteReader Reader { get; }

    public LostVersions Lost { get; }

    /// <summary>The registry in the form that a silo uses.</summary>
    public Registry AsRegistry() =>
        new(
            Database, Preparation, Attempts, Plans, Status, Endpoints, History, Reader, Lost, Statistics, Sequence,
            Capture, new RolloutStore(Database));

    /// <summary>The first endpoints, more than a test has.</summary>
    public async Task<IReadOnlyList<EndpointView>> EndpointsAsync() =>
        (await Endpoints.ListAsync(cursor: null, FirstPage, CancellationToken.None)).Endpoints;

    /// <summary>The first routes of the newest version, more than a test has.</summary>
    public Task<RouteList> RoutesAsync() =>
        History.ListRoutesAsync(version: null, cursor: null, FirstPage, CancellationToken.None);

    public Task<ReloadReceipt> ReloadAsync() => ReloadAsync(ReloadScope.Everything);

    public async Task<ReloadReceipt> ReloadAsync(ReloadScope scope) => (await SyncAsync(scope)).Receipt;

    /// <summary>
    /// A sync as a silo's runner makes it, without the publication. The first one may change what Odoo serves.
    /// </summary>
    public Task<SyncResult> SyncAsync(ReloadScope scope = ReloadScope.Everything) => SyncAsync(Attempts, scope);

    /// <summary>The same with other attempts.</summary>
    public async Task<SyncResult> SyncAsync(SyncAttempts attempts, ReloadScope scope = ReloadScope.Everything)
    {
        var result = await attempts.RunUntilDeadlineAsync(new ReloadRequest(Scope: scope, Attach: true));
        if (result.MayNeedBump)
        {
            await Sequence.BumpAsync(result.Receipt.Version);
        }

        await Statistics.AnalyzeIfGrownAsync(result.Receipt);
        return result;
    }

    /// <summary>
    /// Waits until triggers capture the changes of others. An autovacuum of the tables delays their installation, as
    /// any writer does.
    /// </summary>
    public async Task InstallTriggersAsync()
    {
        await Preparation.EnsureAsync(CancellationToken.None);
        await Deadline.UntilAsync(
            () => Capture.EnsureAsync(CancellationToken.None), "triggers that capture the changes of others");
    }

    public ValueTask DisposeAsync() => _sources.DisposeAsync();
}
