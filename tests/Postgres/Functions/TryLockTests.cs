using EndpointSync.Grains.Locks;
using EndpointSync.Tests.Postgres.Races;

namespace EndpointSync.Tests.Postgres.Functions;

public sealed class TryLockTests : FreshDatabaseTests
{
    [Fact]
    public async Task The_default_name_gives_OpenSPPs_key()
    {
        await using var session = await ForeignSession.OpenAsync(Database);

        Assert.Equal(3827055375235039567L, await session.ScalarAsync<long>("select endpoint_sync.lock_key()"));
    }

    [Fact]
    public async Task Every_name_gives_the_key_that_silos_take()
    {
        await using var session = await ForeignSession.OpenAsync(Database);
        string[] names = ["", "lock 1", "O'Hara \\ \"x\"", "schl\u00fcssel \u20ac \U0001f512", new string('x', 10_000)];

        foreach (var name in names)
        {
            Assert.Equal(
                AdvisoryLockKey.Of(name),
                await session.ScalarAsync<long>($"select endpoint_sync.lock_key($name${name}$name$)"));
        }
    }

    [Fact]
    public async Task The_key_function_is_immutable_and_can_be_indexed()
    {
        await using var session = await ForeignSession.OpenAsync(Database);

        await session.ExecuteAsync(
            "create temp table names (name text); create index on names (endpoint_sync.lock_key(name))");

        Assert.Equal(
            "i", await session.ScalarAsync<string>("select provolatile::text from pg_proc where proname = 'lock_key'"));
    }

    [Fact]
    public async Task A_silo_and_a_foreign_writer_each_skip_while_the_other_has_the_lock()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var registry = LongTimeoutRegistry();
        await using var session = await ForeignSession.OpenAsync(Database);

        await session.ExecuteAsync("begin");
        Assert.True(await session.ScalarAsync<bool>("select endpoint_sync.try_lock()"));
        Assert.Equal(ReloadOutcome.Skipped, (await registry.ReloadAsync()).Outcome);
        await session.ExecuteAsync("rollback");

        await using var commit = await Pause.AtCommitAsync(Database);
        var reload = registry.ReloadAsync();
        await commit.ReachedAsync();
        Assert.False(await session.ScalarAsync<bool>("select endpoint_sync.try_lock()"));
        Assert.True(await session.ScalarAsync<bool>("select endpoint_sync.try_lock('another lock')"));
        await commit.EndAsync();
        Assert.Equal(ReloadOutcome.Synced, (await reload).Outcome);
        Assert.True(await session.ScalarAsync<bool>("select endpoint_sync.try_lock()"));
    }

    // Any role may hold the lock for as long as it likes. It stops syncs by that, and nothing else.
    [Fact]
    public async Task A_stranger_that_holds_the_lock_stops_syncs_alone_and_until_it_is_ended()
    {
        var id = await Database.AddEndpointAsync("orders", "/orders");
        await using var before = Registry();
        await before.ReloadAsync();
        await using var session = await ForeignSession.OpenAsync(Database);
        await session.ExecuteAsync("select pg_advisory_lock(endpoint_sync.lock_key())");
        await using var started = Registry();

        await started.Preparation.EnsureAsync(TestContext.Current.CancellationToken);
        var edit = new EndpointEdit { Name = "orders", RootPath = "/moved", App = "api", Active = true };
        await started.Endpoints.ChangeAsync(id, edit, etag: null, TestContext.Current.CancellationToken);
        var served = await started.Reader.ReadSinceAsync(new RouteVersion(0), TestContext.Current.CancellationToken);
        var skipped = await started.ReloadAsync();
        Assert.Equal(ReloadOutcome.Skipped, skipped.Outcome);
        Assert.Contains(session.Role, skipped.Problem!.Detail, StringComparison.Ordinal);
        Assert.Equal(1L, served.Delta.To.Value);

        await Database.TerminateAsync($"usename = '{session.Role}'");
        Assert.Equal(ReloadOutcome.Synced, (await started.ReloadAsync()).Outcome);
    }

    [Theory, InlineData("try_lock"), InlineData("lock_key")]
    public async Task A_null_name_gives_no_lock(string function)
    {
        await using var session = await ForeignSession.OpenAsync(Database);

        Assert.True(await session.ScalarAsync<bool>($"select endpoint_sync.{function}(null) is null"));
    }
}
