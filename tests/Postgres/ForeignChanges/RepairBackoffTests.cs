using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Statements;

namespace EndpointSync.Tests.Postgres.ForeignChanges;

public sealed class RepairBackoffTests : ForeignTests
{
    [Fact]
    public async Task Repairs_that_a_writer_keeps_undoing_are_backed_off_and_reported_and_a_reload_still_repairs()
    {
        await using var registry = await InSyncAsync();
        for (var repair = 1; repair <= RepairBackoffs.RepairsAtOnce; repair++)
        {
            await HijackAsync();
            await registry.ReloadAsync(ReloadScope.Routes);
            Assert.DoesNotContain(registry.Log.Entries, entry => entry.EventId == 1110);
        }

        await HijackAsync();
        await registry.ReloadAsync(ReloadScope.Routes);
        Assert.Single(registry.Log.Entries, entry => entry.EventId == 1110);
        Assert.Equal("1 /orders synced -> /orders/; 2 /bills synced -> /bills/", await EndpointsAsync());

        await HijackAsync();
        var backedOff = await registry.ReloadAsync(ReloadScope.Routes);
        Assert.Equal(ReloadOutcome.UpToDate, backedOff.Outcome);
        Assert.Equal("1 /orders synced -> /hijacked; 2 /bills synced -> /bills/", await EndpointsAsync());
        Assert.Single(await PendingAsync());

        Assert.Equal(1, (await registry.ReloadAsync()).EndpointsSynced);
        Assert.Equal("1 /orders synced -> /orders/; 2 /bills synced -> /bills/", await EndpointsAsync());
    }

    [Fact]
    public async Task The_next_repair_runs_when_its_backoff_ends()
    {
        await using var registry = await InSyncAsync();
        for (var repair = 0; repair <= RepairBackoffs.RepairsAtOnce; repair++)
        {
            await HijackAsync();
            await registry.ReloadAsync(ReloadScope.Routes);
        }

        await HijackAsync();
        await Database.ExecuteAsync("update endpoint_sync.repair_backoffs set until = clock_timestamp()");
        Assert.Equal(
            ReloadScope.Routes, await registry.Status.PendingScopeAsync(TestContext.Current.CancellationToken));
        await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Equal("1 /orders synced -> /orders/; 2 /bills synced -> /bills/", await EndpointsAsync());
        Assert.True(
            await Database.ScalarAsync<bool>(
                "select until > clock_timestamp() + interval '3 seconds' from endpoint_sync.repair_backoffs"));
    }

    [Theory]
    [InlineData("active")]
    [InlineData("forget")]
    public async Task Backoffs_are_found_by_an_index_however_many_endpoints_were_repaired_recently(string name)
    {
        await using var registry = await InSyncAsync();
        await DeclareRepairBackoffsAsync(since: "clock_timestamp() - interval '1 minute'", count: 5_000);
        await Database.ExecuteAsync("analyze endpoint_sync.repair_backoffs");

        var plan = await Database.ScalarAsync<string>(
            "explain (format json) "
            + SqlFile.Of<RepairBackoffs>()[name].Replace("$1", "'public'", StringComparison.Ordinal));

        Assert.Contains("repair_backoffs_until", plan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repair_deletes_only_the_backoffs_that_are_over()
    {
        await using var registry = await InSyncAsync();
        await DeclareRepairBackoffsAsync(since: "clock_timestamp() - number * interval '2 minutes'", count: 5);

        await HijackAsync();
        await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Equal(
            ["1", "1001", "1002"],
            await Database.ListAsync(
                "select endpoint_id::text from endpoint_sync.repair_backoffs order by endpoint_id"));
    }

    // Backoffs of endpoints from 1001 on, each repaired once, at that time.
    private Task DeclareRepairBackoffsAsync(string since, int count) => Database.ExecuteAsync(
        $"""
         insert into endpoint_sync.repair_backoffs
           (schema_name, endpoint_id, repairs, since, repaired_at, until, role, application, process_id)
         select 'public', 1000 + number, 1, {since}, {since}, {since}, 'someone', 'some program', 1
         from generate_series(1, {count}) as number
         """);

    private Task HijackAsync() =>
        Database.ExecuteAsync($"update endpoint_route set route = '/hijacked' where {RowOfOrders}");
}
