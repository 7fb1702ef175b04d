using EndpointSync.Grains.Postgres;

namespace EndpointSync.Tests.Postgres.Foreign;

public sealed class DisputeTests : ForeignTests
{
    [Fact]
    public async Task A_writer_who_goes_on_disagreeing_is_put_off_and_reported_and_a_reload_repairs_all_the_same()
    {
        await using var registry = await InLineAsync();
        for (var repair = 1; repair <= Disputes.Patience; repair++)
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
        var putOff = await registry.ReloadAsync(ReloadScope.Routes);
        Assert.Equal(ReloadOutcome.UpToDate, putOff.Outcome);
        Assert.Equal("1 /orders synced -> /hijacked; 2 /bills synced -> /bills/", await EndpointsAsync());
        Assert.Single(await PendingAsync());

        Assert.Equal(1, (await registry.ReloadAsync()).EndpointsSynced);
        Assert.Equal("1 /orders synced -> /orders/; 2 /bills synced -> /bills/", await EndpointsAsync());
    }

    [Fact]
    public async Task The_next_repair_comes_when_its_time_has_come()
    {
        await using var registry = await InLineAsync();
        for (var repair = 0; repair <= Disputes.Patience; repair++)
        {
            await HijackAsync();
            await registry.ReloadAsync(ReloadScope.Routes);
        }

        await HijackAsync();
        await Database.ExecuteAsync("update endpoint_sync.disputes set until = clock_timestamp()");
        Assert.Equal(ReloadScope.Routes, await registry.Status.OwedAsync(TestContext.Current.CancellationToken));
        await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Equal("1 /orders synced -> /orders/; 2 /bills synced -> /bills/", await EndpointsAsync());
        Assert.True(await Database.ScalarAsync<bool>("select until > clock_timestamp() + interval '3 seconds' from endpoint_sync.disputes"));
    }

    [Theory]
    [InlineData(Disputes.OpenSql)]
    [InlineData(Disputes.ForgetSql)]
    public async Task However_many_endpoints_were_repaired_in_the_last_minutes_none_of_them_is_read_again(string statement)
    {
        await using var registry = await InLineAsync();
        await DeclareDisputesAsync(since: "clock_timestamp() - interval '1 minute'", count: 5_000);
        await Database.ExecuteAsync("analyze endpoint_sync.disputes");

        var plan = await Database.ScalarAsync<string>($"explain (format json) {statement.Replace("$1", "'public'", StringComparison.Ordinal)}");

        Assert.Contains("disputes_until", plan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repair_forgets_the_disputes_that_are_over_and_no_other()
    {
        await using var registry = await InLineAsync();
        await DeclareDisputesAsync(since: "clock_timestamp() - number * interval '2 minutes'", count: 5);

        await HijackAsync();
        await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Equal(["1", "1001", "1002"], await Database.ListAsync("select endpoint_id::text from endpoint_sync.disputes order by endpoint_id"));
    }

    // Of endpoints from 1001 on, repaired once and at that time.
    private Task DeclareDisputesAsync(string since, int count) => Database.ExecuteAsync(
        $"""
         insert into endpoint_sync.disputes (schema_name, endpoint_id, repairs, since, repaired_at, until, role, application, process_id)
         select 'public', 1000 + number, 1, {since}, {since}, {since}, 'someone', 'some program', 1 from generate_series(1, {count}) as number
         """);

    private Task HijackAsync() => Database.ExecuteAsync($"update endpoint_route set route = '/hijacked' where {RowOfOrders}");
}
