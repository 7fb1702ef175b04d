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

    private Task HijackAsync() => Database.ExecuteAsync($"update endpoint_route set route = '/hijacked' where {RowOfOrders}");
}
