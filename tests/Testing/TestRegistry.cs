using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Registries;
using EndpointSync.Grains.Sync;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Tests.Testing;

/// <summary>One registry's store and synchronizer on a test database, without any silo.</summary>
internal sealed class TestRegistry : IAsyncDisposable
{
    private readonly DataSources _sources;

    public TestRegistry(TestDatabase database, SyncOptions? limits = null, string silo = "test-silo", string? connectionString = null, RegistryOptions? options = null)
    {
        options ??= new RegistryOptions();
        _sources = new DataSources(silo);
        Database = new RegistryDatabase(
            "test", _sources.For(connectionString ?? database.ConnectionString), new SchemaSql(options.Schema), AdvisoryLockKey.Of(options.LockName),
            options.CreateTables, options.SyncOn, limits ?? new SyncOptions(), silo);
        Tracking = new ChangeTracking(Database, Log.CreateLogger<ChangeTracking>());
        Listened = _sources.Listened(connectionString ?? database.ConnectionString);
        Preparation = new RegistryPreparation(Database, Tracking);
        Sequence = new OdooSequence(Database, Log.CreateLogger<OdooSequence>());
        Store = new SyncStore(Database, Sequence, TimeProvider.System, Log.CreateLogger<SyncStore>());
        Synchronizer = new RegistrySynchronizer(Database, Preparation, Store, TimeProvider.System, Log.CreateLogger<RegistrySynchronizer>());
        Status = new RegistryStatusStore(Database);
        Endpoints = new EndpointStore(Database);
        Reader = new RouteReader(Database);
    }

    public LogCapture Log { get; } = new();

    public RegistryDatabase Database { get; }

    public ChangeTracking Tracking { get; }

    public ListenedDatabase Listened { get; }

    public RegistryPreparation Preparation { get; }

    public OdooSequence Sequence { get; }

    public SyncStore Store { get; }

    public RegistrySynchronizer Synchronizer { get; }

    public RegistryStatusStore Status { get; }

    public EndpointStore Endpoints { get; }

    public RouteReader Reader { get; }

    public Task<ReloadReceipt> ReloadAsync() => ReloadAsync(ReloadScope.Everything);

    public Task<ReloadReceipt> ReloadAsync(ReloadScope scope) => Synchronizer.SyncAsync(callers: 1, scope);

    /// <summary>Waits until triggers note what others do. An autovacuum of the tables puts their installation off, as any writer does.</summary>
    public async Task TrackAsync()
    {
        await Preparation.EnsureAsync(CancellationToken.None);
        while (!await Tracking.EnsureAsync(CancellationToken.None))
        {
            await Task.Delay(50);
        }
    }

    public ValueTask DisposeAsync() => _sources.DisposeAsync();
}
