using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;

namespace EndpointSync.Tests.Postgres.Races;

/// <summary>Odoo workers that read the sequence after our draw and the rows as they were before our commit.</summary>
public sealed class LateReaderTests : FreshDatabaseTests
{
    private const string LongerThanASecondAgo = "update endpoint_sync.state set signalled_at = signalled_at - interval '2 seconds'";
    private const string LongerThanAnyRequestAgo = "update endpoint_sync.state set signalled_at = signalled_at - interval '4 minutes'";

    [Fact]
    public async Task A_request_whose_snapshot_is_older_than_our_commit_is_freed_when_it_is_over()
    {
        await using var registry = Registry();
        await using var reader = await ServedOldAsync(registry);

        await reader.BeginServingAsync();
        await EditAndReloadAsync(registry);
        await Database.ExecuteAsync(LongerThanASecondAgo);
        await SettleAsync(registry);
        await reader.EndServingAsync();
        Assert.Equal("/old/", await reader.ServeAsync());
        Assert.False(await IsSettledAsync());

        await SettleAsync(registry);

        Assert.Equal("/new/", await reader.ServeAsync());
        Assert.True(await IsSettledAsync());
    }

    [Fact]
    public async Task A_draw_that_frees_such_a_request_is_made_once_and_not_before_a_second_is_over()
    {
        await using var registry = Registry();
        await using var reader = await ServedOldAsync(registry);
        await EditAndReloadAsync(registry);
        var drawn = await SequenceAsync();

        await SettleAsync(registry);
        Assert.Equal(drawn, await SequenceAsync());

        await Database.ExecuteAsync(LongerThanASecondAgo);
        await SettleAsync(registry);
        await SettleAsync(registry);
        Assert.Equal(drawn + 1, await SequenceAsync());

        await registry.ReloadAsync();
        await SettleAsync(registry);
        Assert.Equal(drawn + 1, await SequenceAsync());
    }

    // A backup, say, which has a snapshot for hours and serves nobody.
    [Fact]
    public async Task A_snapshot_that_outlives_every_request_delays_the_draw_no_longer()
    {
        await using var registry = Registry();
        await using var reader = await ServedOldAsync(registry);
        await using var backup = await Session.OpenAsync(Database, "pg_dump");
        await backup.BeginAsync("repeatable read");
        await backup.ExecuteAsync("select from fastapi_endpoint");
        await reader.BeginServingAsync();
        await EditAndReloadAsync(registry);
        await reader.EndServingAsync();
        await Database.ExecuteAsync(LongerThanASecondAgo);
        await SettleAsync(registry);
        Assert.Equal("/old/", await reader.ServeAsync());

        await Database.ExecuteAsync(LongerThanAnyRequestAgo);
        await SettleAsync(registry);

        Assert.Equal("/new/", await reader.ServeAsync());
    }

    // What a session of another role does shows only in part, and its snapshot must be in that part.
    [Fact]
    public async Task A_snapshot_of_another_role_is_seen_by_a_role_that_may_see_no_other_roles_statements()
    {
        await using var role = await TestRole.CreateAsync(Database);
        await Database.ExecuteAsync(
            $"grant usage on schema public to {role.Name}; grant all on all tables in schema public, endpoint_sync to {role.Name}; " +
            $"grant all on all sequences in schema public, endpoint_sync to {role.Name}; grant execute on all functions in schema endpoint_sync to {role.Name}");
        await using var registry = new TestRegistry(Database, connectionString: role.ConnectionString);
        await using var reader = await ServedOldAsync(registry);

        await reader.BeginServingAsync();
        await EditAndReloadAsync(registry);
        await Database.ExecuteAsync(LongerThanASecondAgo);
        await SettleAsync(registry);
        Assert.False(await IsSettledAsync());
        await reader.EndServingAsync();
        await SettleAsync(registry);

        Assert.True(await IsSettledAsync());
        Assert.Equal("/new/", await reader.ServeAsync());
    }

    // The rows only go back to what the version says, so there is no new one; the worker has cached what it saw in between.
    [Theory]
    [InlineData("update endpoint_route set route = replace(route, '/old', '/spoilt')", "/spoilt/")]
    [InlineData("delete from endpoint_route; select nextval('endpoint_route_version')", "")]
    [InlineData("insert into endpoint_route (key, route) values ('fastapi.endpoint:99:/|/<path:application_path>', '/ghost/|')", "/ghost/ /old/")]
    public async Task A_worker_that_cached_what_a_sync_repaired_without_a_new_version_reads_again(string spoil, string cached)
    {
        await Database.ExecuteAsync("create table orm_signaling_routing (id serial primary key, date timestamp default now())");
        await using var registry = Registry();
        await using var reader = await ServedOldAsync(registry);
        await Database.ExecuteAsync(spoil);
        Assert.Equal(cached, await reader.ServeAsync());
        var fed = await FedAsync();

        var receipt = await registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Synced, new RouteVersion(1)), (receipt.Outcome, receipt.Version));
        Assert.Equal("/old/", await reader.ServeAsync());
        Assert.Equal(fed + 1, await FedAsync());
    }

    [Fact]
    public async Task A_worker_that_cached_what_a_repair_is_removing_reads_again_after_its_commit()
    {
        await using var registry = PatientRegistry();
        await using var reader = await ServedOldAsync(registry);
        await Database.ExecuteAsync("insert into endpoint_route (key, route) values ('fastapi.endpoint:99:/|/<path:application_path>', '/ghost/|')");
        await using var pause = await Pause.AtAsync(Database, "after delete on endpoint_route");

        var reload = registry.ReloadAsync();
        await pause.ReachedAsync();
        Assert.Equal("/ghost/ /old/", await reader.ServeAsync());
        await pause.EndAsync();
        await reload.Within("the repair");

        Assert.Equal("/old/", await reader.ServeAsync());
    }

    [Fact]
    public async Task A_crash_behind_a_repair_leaves_its_draw_to_the_next_look()
    {
        await using var registry = Registry();
        await using var reader = await ServedOldAsync(registry);
        await Database.ExecuteAsync("insert into endpoint_route (key, route) values ('fastapi.endpoint:99:/|/<path:application_path>', '/ghost/|')");
        await reader.ServeAsync();
        await Database.ExecuteAsync("alter sequence endpoint_route_version rename to elsewhere");
        await registry.ReloadAsync();
        await Database.ExecuteAsync("alter sequence elsewhere rename to endpoint_route_version");
        Assert.Equal("/ghost/ /old/", await reader.ServeAsync());
        Assert.NotNull(await registry.Status.OwedAsync(CancellationToken.None));

        Assert.Equal(ReloadOutcome.UpToDate, (await registry.ReloadAsync()).Outcome);

        Assert.Equal("/old/", await reader.ServeAsync());
        Assert.Null(await registry.Status.OwedAsync(CancellationToken.None));
    }

    private async Task<UpstreamReader> ServedOldAsync(TestRegistry registry)
    {
        await Database.AddEndpointAsync("orders", "/old");
        await registry.ReloadAsync();
        var reader = await UpstreamReader.StartAsync(Database);
        Assert.Equal("/old/", await reader.ServeAsync());
        return reader;
    }

    private async Task EditAndReloadAsync(TestRegistry registry)
    {
        await Database.ExecuteAsync("update fastapi_endpoint set root_path = '/new', registry_sync = false");
        Assert.Equal(ReloadOutcome.Synced, (await registry.ReloadAsync()).Outcome);
    }

    private static Task SettleAsync(TestRegistry registry) => registry.Sequence.SettleAsync(CancellationToken.None);

    private Task<bool> IsSettledAsync() => Database.ScalarAsync<bool>("select settled from endpoint_sync.state");

    private Task<long> FedAsync() => Database.ScalarAsync<long>("select count(*) from orm_signaling_routing");
}
