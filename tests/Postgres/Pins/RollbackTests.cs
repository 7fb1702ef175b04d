using EndpointSync.Tests.Postgres.Sync;
using EndpointSync.Tests.Testing.Upstream;
using EndpointSync.Wire;

namespace EndpointSync.Tests.Postgres.Pins;

/// <summary>The transaction that publishes the table of an earlier version again.</summary>
public sealed class RollbackTests : PinnedTests
{
    private const string Declared =
        "select concat_ws(' ', id, name, root_path, app, active, save_http_session, create_date, write_date) "
        + "from fastapi_endpoint order by id";

    [Fact]
    public async Task A_rollback_publishes_exactly_the_old_table_and_changes_no_endpoint_but_for_its_flag()
    {
        await using var registry = await WithBadVersionAsync();
        var declared = await Database.ListAsync(Declared);
        var others = await Database.ListAsync("select t::text || xmin from endpoint_route as t where key = 'shop:1'");
        var sequence = await SequenceAsync();

        var result = await PinAsync(registry, Rollback(1, 2, "people is gone"));

        var receipt = result.Receipt;
        Assert.Equal(
            (ReloadOutcome.Synced, 3L, 2L, true),
            (receipt.Outcome, receipt.Version.Value, receipt.PreviousVersion.Value, receipt.InSync));
        Assert.Equal((1, 2, 1), (receipt.RoutesAdded, receipt.RoutesChanged, receipt.RoutesRemoved));
        Assert.Equal(await TableAsync(1), await TableAsync(3));
        Assert.Equal(await HashAsync(1), await HashAsync(3));
        Assert.Equal(await RowsOfAsync(1), await RowsAsync());
        Assert.Equal(declared, await Database.ListAsync(Declared));
        Assert.Equal(["1 false", "3 false"], await Database.FlagsAsync());
        Assert.Equal(
            others, await Database.ListAsync("select t::text || xmin from endpoint_route as t where key = 'shop:1'"));
        Assert.True(sequence < await SequenceAsync());
        Assert.Equal(3, result.Delta!.To.Value);

        Assert.Equal(
            (3L, 1L, "anna", "people is gone", 4),
            (receipt.Pin!.Version.Value, receipt.Pin.ToVersion.Value, receipt.Pin.By, receipt.Pin.Reason,
                receipt.Pin.WaitingChanges));
        Assert.Equal((2L, (TimeSpan?)null), (receipt.Replaced!.Version.Value, receipt.Replaced.ServedFor));
        var kept = await registry.History.FindAsync(new RouteVersion(3), CancellationToken.None);
        Assert.Equal(
            new RollbackReceipt(new RouteVersion(1), new RouteVersion(2), "anna", "people is gone", null),
            kept.Receipt.Rollback);
        Assert.Null((await registry.History.FindAsync(new RouteVersion(2), CancellationToken.None)).Receipt.Rollback);
        Assert.Single(registry.Log.Entries, entry => entry.EventId == 1121);
    }

    [Fact]
    public async Task Odoos_readers_serve_the_old_rows_after_a_rollback()
    {
        await using var registry = await WithBadVersionAsync();
        await using var reader = await UpstreamReader.StartAsync(Database);
        Assert.Equal("/extra/ /persons/ /shop2", await reader.ServeAsync());

        await PinAsync(registry, Rollback(1, 2));

        Assert.Equal("/bills/ /orders/ /shop2", await reader.ServeAsync());
    }

    [Theory]
    [InlineData(1, 1, nameof(PinRefusal.VersionMoved))]
    [InlineData(1, 3, nameof(PinRefusal.VersionMoved))]
    [InlineData(3, 2, nameof(PinRefusal.NeverMade))]
    [InlineData(1, 2, nameof(PinRefusal.NotKept), "delete from endpoint_sync.versions where version = 1")]
    [InlineData(
        1, 2, nameof(PinRefusal.NotKept), "delete from endpoint_sync.routes where to_version = 2 and key like '%:2:%'")]
    public async Task A_rollback_writes_nothing_if_the_version_moved_or_the_table_is_not_kept(
        long to, long seen, string refusal, string before = "select 1")
    {
        await using var registry = await WithBadVersionAsync();
        await Database.ExecuteAsync(before);
        var everything = await EverythingAsync();

        var result = await PinAsync(registry, Rollback(to, seen));

        Assert.Equal(
            (refusal, 2L, false), ($"{result.Refusal}", result.Receipt.Version.Value, await IsPinnedAsync()));
        Assert.Equal(everything, await EverythingAsync());
        Assert.Empty(await Database.ListAsync("select reason from endpoint_sync.pending_syncs"));
        Assert.DoesNotContain(registry.Log.Entries, entry => entry.EventId == 1121);
    }

    [Fact]
    public async Task A_version_that_retention_deletes_meanwhile_is_not_published_in_part()
    {
        await using var registry = await WithBadVersionAsync();
        await registry.History.DeleteOldAsync(TimeSpan.Zero, mostVersions: 1, most: 1000, CancellationToken.None);

        var result = await PinAsync(registry, Rollback(1, 2));

        Assert.Equal(PinRefusal.NotKept, result.Refusal);
        Assert.Equal(2, await VersionAsync());
    }

    [Fact]
    public async Task A_rollback_whose_answer_was_lost_finds_itself_done()
    {
        await using var registry = await WithBadVersionAsync();
        var request = Rollback(1, 2);
        var first = await PinAsync(registry, request);
        var again = await PinAsync(registry, request);

        Assert.Equal(PinRefusal.None, again.Refusal);
        Assert.Equal(3, await VersionAsync());
        Assert.Equal(
            (first.Receipt.Outcome, first.Receipt.Version, first.Receipt.RoutesChanged, first.Receipt.Pin),
            (again.Receipt.Outcome, again.Receipt.Version, again.Receipt.RoutesChanged, again.Receipt.Pin));
        Assert.Equal(first.Receipt.Replaced!.Version, again.Receipt.Replaced!.Version);
    }

    [Fact]
    public async Task A_rollback_beside_a_busy_lock_changes_nothing()
    {
        await using var registry = await WithBadVersionAsync();
        await using var holder = await Session.InTransactionAsync(
            Database, $"select pg_advisory_xact_lock({UpstreamWorker.LockKey})");
        var everything = await EverythingAsync();

        var busy = await PinAsync(registry, Rollback(1, 2));

        Assert.True(busy.Receipt.LockWasBusy);
        Assert.Equal(holder.ProcessId, busy.Receipt.LockHolder!.ProcessId);
        Assert.Equal(everything, await EverythingAsync());
        Assert.Empty(await Database.ListAsync("select reason from endpoint_sync.pending_syncs"));
        await holder.RollbackAsync();
        Assert.Equal(ReloadOutcome.Synced, (await PinAsync(registry, Rollback(1, 2))).Receipt.Outcome);
    }

    [Fact]
    public async Task A_row_that_another_session_has_open_is_brought_back_when_it_is_free()
    {
        await using var registry = await WithBadVersionAsync();
        await using var other = await Session.InTransactionAsync(
            Database, "select from endpoint_route where key like 'fastapi.endpoint:1:%' for update");

        var result = await PinAsync(registry, Rollback(1, 2));

        Assert.Equal((1, false), (result.Receipt.EndpointsDeferred, result.Receipt.InSync));
        Assert.Equal(await TableAsync(1), await TableAsync(3));
        Assert.NotEqual(await RowsOfAsync(1), await RowsAsync());
        await other.RollbackAsync();
        Assert.Equal(
            ReloadScope.Routes, await registry.Status.PendingScopeAsync(TestContext.Current.CancellationToken));
        Assert.True((await registry.ReloadAsync(ReloadScope.Routes)).InSync);
        Assert.Equal(await RowsOfAsync(1), await RowsAsync());
        Assert.Equal(3, await VersionAsync());
    }

    [Fact]
    public async Task A_rollback_to_the_newest_version_pins_it_and_makes_no_version()
    {
        await using var registry = await WithBadVersionAsync();

        var result = await PinAsync(registry, Rollback(2, 2));

        Assert.Equal(
            (ReloadOutcome.Pinned, 2L, true, true),
            (result.Receipt.Outcome, await VersionAsync(), await IsPinnedAsync(), result.Receipt.Replaced is null));
        Assert.Equal(0, result.Receipt.Pin!.WaitingChanges);
        Assert.Equal(["1 true", "3 true"], await Database.FlagsAsync());
    }

    [Fact]
    public async Task A_second_rollback_replaces_the_pin()
    {
        await using var registry = await PinnedAsync();

        var result = await PinAsync(registry, Rollback(2, 3, "the other way"));

        Assert.Equal((ReloadOutcome.Synced, 4L), (result.Receipt.Outcome, result.Receipt.Version.Value));
        Assert.Equal(("the other way", 0), (result.Receipt.Pin!.Reason, result.Receipt.Pin.WaitingChanges));
        Assert.Equal(await TableAsync(2), await TableAsync(4));
        Assert.Equal(await RowsOfAsync(2), await RowsAsync());
    }

    [Fact]
    public async Task A_row_that_Postgres_refuses_is_named_and_costs_no_other_and_not_the_version()
    {
        await using var registry = await WithBadVersionAsync();
        await Database.ExecuteAsync(
            "alter table endpoint_route add constraint no_orders check (route not like '/orders/%') not valid");

        var result = await PinAsync(registry, Rollback(1, 2));

        Assert.Equal((ReloadOutcome.Synced, 3L), (result.Receipt.Outcome, await VersionAsync()));
        Assert.Equal(await TableAsync(1), await TableAsync(3));
        Assert.Equal(
            "1 /persons synced -> /persons/; 2 deleted -> /bills/; 3 /extra unsynced -> nothing",
            await EndpointsAsync());
        Assert.Contains(
            "no_orders", Assert.Single(registry.Log.Entries, entry => entry.EventId == 1123).Message,
            StringComparison.Ordinal);
    }
}
