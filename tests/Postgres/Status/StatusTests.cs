using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Locks;
using EndpointSync.Tests.Postgres.Sync;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Status;

public sealed class StatusTests : IAsyncLifetime
{
    private readonly TestDatabase _database = new();

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_registry_that_was_never_synced_is_at_version_0_with_its_endpoints_counted()
    {
        await using var registry = new TestRegistry(_database);
        await _database.AddEndpointAsync("one", "/a");
        await _database.ExecuteAsync("insert into fastapi_endpoint (name, root_path, app) values ('two', '/b', 'api')");

        var status = await registry.Status.ReadAsync(CancellationToken.None);

        Assert.Equal(("test", 0L, new string('0', 64)), (status.Registry, status.Version.Value, status.ContentHash));
        Assert.Equal(
            (2, 1, 2, 0, false),
            (status.Endpoints, status.Archived, status.Unsynced, status.Routes, status.SyncPending));
        Assert.Empty(status.Quarantine);
        Assert.Null(status.LockHolder);
        var routes = await registry.RoutesAsync();
        Assert.Equal((0L, 0), (routes.Version.Value, routes.Routes.Count));
    }

    [Fact]
    public async Task A_version_is_shown_with_its_silo_its_time_and_its_routes()
    {
        await using var registry = new TestRegistry(_database);
        await _database.AddForeignRouteAsync("endpoint.endpoint:5:/demo");
        await registry.ReloadAsync();
        await _database.AddEndpointAsync("one", "/a");
        var before = await _database.ScalarAsync<DateTime>("select clock_timestamp()");
        await registry.ReloadAsync();

        var status = await registry.Status.ReadAsync(CancellationToken.None);
        var routes = await registry.RoutesAsync();

        Assert.Equal((2L, "test-silo", 2, 0), (status.Version.Value, status.Silo, status.Routes, status.Unsynced));
        Assert.InRange(
            status.ChangedAt, new DateTimeOffset(before),
            new DateTimeOffset(await _database.ScalarAsync<DateTime>("select clock_timestamp()")));
        Assert.Equal(
            [("endpoint.endpoint:5:/demo", 1L), (StoredRows.KeyOf(1), 2L)],
            routes.Routes.Select(route => (route.Key, route.Since.Value)));
        Assert.Equal("/a/|/a/<path:application_path>", routes.Routes[1].Route);
    }

    // The key of a lock is any 64-bit number; Postgres shows it in two halves.
    [Theory]
    [InlineData(RegistryOptions.DefaultLockName)]
    [InlineData("openspp")]
    public async Task The_holder_of_the_lock_is_named_as_long_as_it_holds_it(string lockName)
    {
        await using var registry = new TestRegistry(_database, options: new RegistryOptions { LockName = lockName });
        await using (
            var holder = await _database.OpenAsync(
                $"set local application_name = 'an Odoo worker'; select "
                + $"pg_advisory_xact_lock({AdvisoryLockKey.Of(lockName)})"))
        {
            var held = (await registry.Status.ReadAsync(CancellationToken.None)).LockHolder!;
            Assert.Equal("an Odoo worker", held.Application);
            Assert.Equal(
                await _database.ScalarAsync<int>(
                    "select pid from pg_locks where locktype = 'advisory' and database = (select oid from pg_database "
                    + "where datname = current_database())"),
                held.ProcessId);
        }

        Assert.Null((await registry.Status.ReadAsync(CancellationToken.None)).LockHolder);
    }

    [Fact]
    public async Task The_same_lock_in_another_database_and_another_lock_here_do_not_count()
    {
        await using var registry = new TestRegistry(_database);
        await using var elsewhere = await TestDatabase.CreateEmptyAsync();
        await using var there = await elsewhere.OpenAsync($"select pg_advisory_xact_lock({registry.Database.LockKey})");
        await using var here = await _database.OpenAsync(
            $"select pg_advisory_xact_lock({registry.Database.LockKey + 1}), "
            + $"pg_advisory_xact_lock({registry.Database.LockKey >> 32}, {(int)registry.Database.LockKey})");

        Assert.Null((await registry.Status.ReadAsync(CancellationToken.None)).LockHolder);
        await _database.AddEndpointAsync("one", "/a");
        Assert.Equal(ReloadOutcome.Synced, (await registry.ReloadAsync()).Outcome);
    }
}
