using EndpointSync.Grains.Configuration;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Races;

/// <summary>Tests that each have a database to themselves, because a race leaves it in a state of its own.</summary>
public abstract class FreshDatabaseTests : IAsyncLifetime
{
    // A test that stops a sync in the middle holds it while its own statements run. The default limits would end the
    // sync on a slow machine.
    private const string EndpointsSql =
        """
        select concat_ws(' ',
          coalesce(e.id::text, r.endpoint_id), coalesce(e.root_path, 'deleted'),
          case when not e.active then 'archived' end,
          case when e.registry_sync then 'synced' when e.id is not null then 'unsynced' end,
          '->', coalesce(split_part(r.route, '|', 1), 'nothing'))
        from fastapi_endpoint as e
        full join (
          select route, substring(key from '^fastapi\.endpoint:(\d+):') as endpoint_id from endpoint_route
        ) as r on r.endpoint_id = e.id::text
        where coalesce(e.id::text, r.endpoint_id) is not null
        order by 1
        """;

    /// <summary>The database of this test alone.</summary>
    protected TestDatabase Database { get; } = new();

    public ValueTask InitializeAsync() => Database.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Database.DisposeAsync();
    }

    /// <summary>
    /// The declared and the routed state, one entry for each endpoint: <c>1 /orders synced -> /orders/</c>.
    /// </summary>
    protected async Task<string> EndpointsAsync() => string.Join("; ", await Database.ListAsync(EndpointsSql));

    /// <summary>Odoo's version of the routes.</summary>
    protected Task<long> SequenceAsync() => Database.ScalarAsync<long>("select last_value from endpoint_route_version");

    /// <summary>Every row that a sync may write, except the pending syncs, which outlive a sync that fails.</summary>
    protected async Task<List<string?>> EverythingAsync()
    {
        string[] tables =
        [
            "fastapi_endpoint", "endpoint_route", "endpoint_sync.state", "endpoint_sync.versions",
            "endpoint_sync.routes", "endpoint_sync.quarantine",
        ];
        return await Database.ListAsync(
            string.Join(
                " union all ", tables.Select(table => $"select '{table} ' || t from {table} as t")) + " order by 1");
    }

    internal TestRegistry Registry(string silo = "test-silo") => new(Database, silo: silo);

    /// <summary>A registry whose syncs may be stopped in the middle.</summary>
    internal TestRegistry LongTimeoutRegistry(int endpointsPerTransaction = 20_000) => new(
        Database, new SyncOptions
        {
            Deadline = TimeSpan.FromSeconds(50),
            StatementTimeout = TimeSpan.FromSeconds(40),
            LockTimeout = TimeSpan.FromSeconds(30),
            IdleInTransactionTimeout = TimeSpan.FromSeconds(30),
            EndpointsPerTransaction = endpointsPerTransaction,
        });
}
