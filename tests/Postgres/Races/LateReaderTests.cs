using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;

namespace EndpointSync.Tests.Postgres.Races;

/// <summary>Odoo workers that read the sequence after our bump and the rows as they were before our commit.</summary>
public sealed class LateReaderTests : FreshDatabaseTests
{
    private const string LongerThanASecondAgo =
        "update endpoint_sync.state set bumped_at = bumped_at - interval '2 seconds'";
    private const string LongerThanAnyRequestAgo =
        "update endpoint_sync.state set bumped_at = bumped_at - interval '4 minutes'";

    [Fact]
    public async Task A_worker_whose_snapshot_is_older_than_our_commit_is_freed_when_its_request_ends()
    {
        await using var registry = Registry();
        await using var reader = await ServedOldAsync(registry);

        await reader.BeginServingAsync();
        await EditAndReloadAsync(registry);
        await Database.ExecuteAsync(LongerThanASecondAgo);
        await BumpAgainAsync(registry);
        await reader.EndServingAsync();
        Assert.Equal("/old/", await reader.ServeAsync());
        Assert.False(await IsBumpedAgainAsync());

        await BumpAgainAsync(registry);

        Assert.Equal("/new/", await reader.ServeAsync());
        Assert.True(await IsBumpedAgainAsync());
    }

    [Fact]
    public async Task The_second_bump_is_made_once_and_not_before_a_second_has_passed()
    {
        await using var registry = Registry();
        await using var reader = await ServedOldAsync(registry);
        await EditAndReloadAsync(registry);
        var bumped = await SequenceAsync();

        await BumpAgainAsync(registry);
        Assert.Equal(bumped, await SequenceAsync());

        await Database.ExecuteAsync(LongerThanASecondAgo);
        await BumpAgainAsync(registry);
        await BumpAgainAsync(registry);
        Assert.Equal(bumped + 1, await SequenceAsync());

        await registry.ReloadAsync();
        await BumpAgainAsync(registry);
        Assert.Equal(bumped + 1, await SequenceAsync());
    }

    // A backup, for example, holds a snapshot for hours and serves no requests.
    [Fact]
    public async Task A_snapshot_that_outlives_every_request_does_not_delay_the_second_bump()
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
        await BumpAgainAsync(registry);
        Assert.Equal("/old/", await reader.ServeAsync());

        await Database.ExecuteAsync(LongerThanAnyRequestAgo);
        await BumpAgainAsync(registry);

        Assert.Equal("/new/", await reader.ServeAsync());
    }

    // Postgres shows a session of another role only in part, and its snapshot must be in that part.
    [Fact]
    public async Task A_role_that_may_not_see_the_statements_of_other_roles_still_sees_their_snapshots()
    {
        await using var role = await TestRole.CreateAsync(Database);
        await Database.ExecuteAsync(
            $"grant usage on schema public to {role.Name}; "
            + $"grant all on all tables in schema public, endpoint_sync to {role.Name}; "
            + $"grant all on all sequences in schema public, endpoint_sync to {role.Name}; "
            + $"grant execute on all functions in schema endpoint_sync to {role.Name}");
        await using var registry = new TestRegistry(Database, connectionString: role.ConnectionString);
        await using var reader = await ServedOldAsync(registry);

        await reader.BeginServingAsync();
        await EditAndReloadAsync(registry);
        await Database.ExecuteAsync(LongerThanASecondAgo);
        await BumpAgainAsync(registry);
        Assert.False(await IsBumpedAgainAsync());
        await reader.EndServingAsync();
        await BumpAgainAsync(registry);

        Assert.True(await IsBumpedAgainAsync());
        Assert.Equal("/new/", await reader.ServeAsync());
    }

    // The rows only go back to what the version says, so there is no new version. The worker has cached what it read in
    // between.
    [Theory]
    [InlineData("update endpoint_route set route = replace(route, '/old', '/spoilt')", "/spoilt/")]
    [InlineData("delete from endpoint_route; select nextval('endpoint_route_version')", "")]
    [InlineData("insert into endpoint_route (key, route) "
        + "values ('fastapi.endpoint:99:/|/<path:application_path>', '/ghost/|')", "/ghost/ /old/")]
    public async Task A_worker_that_cached_what_a_sync_repaired_without_a_new_version_reads_again(
        string spoil, string cached)
    {
        await Database.ExecuteAsync(
            "create table orm_signaling_routing (id serial primary key, date timestamp default now())");
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
        await using var registry = LongTimeoutRegistry();
        await using var reader = await ServedOldAsync(registry);
        await Database.ExecuteAsync(
            "insert into endpoint_route (key, route) "
            + "values ('fastapi.endpoint:99:/|/<path:application_path>', '/ghost/|')");
        await using var pause = await Pause.AtAsync(Database, "after delete on endpoint_route");

        var reload = registry.ReloadAsync();
        await pause.ReachedAsync();
        Assert.Equal("/ghost/ /old/", await reader.ServeAsync());
        await pause.EndAsync();
        await reload.Within("the repair");

        Assert.Equal("/old/", await reader.ServeAsync());
    }

    [Fact]
    public async Task A_crash_after_a_repair_leaves_its_bump_to_the_next_reload()
    {
        await using var registry = Registry();
        await using var reader = await ServedOldAsync(registry);
        await Database.ExecuteAsync(
            "insert into endpoint_route (key, route) "
            + "values ('fastapi.endpoint:99:/|/<path:application_path>', '/ghost/|')");
        await reader.ServeAsync();
        await Database.ExecuteAsync("alter sequence endpoint_route_version rename to elsewhere");
        await registry.ReloadAsync();
        await Database.ExecuteAsync("alter sequence elsewhere rename to endpoint_route_version");
        Assert.Equal("/ghost/ /old/", await reader.ServeAsync());
        Assert.NotNull(await registry.Status.PendingScopeAsync(CancellationToken.None));

        Assert.Equal(ReloadOutcome.UpToDate, (await registry.ReloadAsync()).Outcome);

        Assert.Equal("/old/", await reader.ServeAsync());
        Assert.Null(await registry.Status.PendingScopeAsync(CancellationToken.None));
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

    private static Task BumpAgainAsync(TestRegistry registry) =>
        registry.Sequence.BumpAgainAsync(CancellationToken.None);

    private Task<bool> IsBumpedAgainAsync() =>
        Database.ScalarAsync<bool>("select bumped_again from endpoint_sync.state");

    private Task<long> FedAsync() => Database.ScalarAsync<long>("select count(*) from orm_signaling_routing");
}
