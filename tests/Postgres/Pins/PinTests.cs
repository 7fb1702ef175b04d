using EndpointSync.Grains.Configuration;
using EndpointSync.Tests.Postgres.Sync;
using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;
using EndpointSync.Wire;
using Npgsql;

namespace EndpointSync.Tests.Postgres.Pins;

/// <summary>What becomes of everybody's changes while a registry is pinned, and afterwards.</summary>
public sealed class PinTests : PinnedTests
{
    private const string UntrackedSql =
        """
        alter table fastapi_endpoint disable trigger endpoint_sync_update;
        alter table endpoint_route disable trigger endpoint_sync_update;
        """;

    [Theory]
    [InlineData("update fastapi_endpoint set root_path = '/edited', registry_sync = false where id = 1")]
    [InlineData("update fastapi_endpoint set app = 'another' where id = 3")]
    [InlineData("delete from fastapi_endpoint")]
    [InlineData("update endpoint_route set route = '/hijacked' where key like 'fastapi.endpoint:1:%'")]
    [InlineData("delete from endpoint_route where key like 'fastapi.endpoint:%'")]
    [InlineData("truncate endpoint_route")]
    [InlineData("insert into endpoint_route (key, route) values ('shop:9', '/shop9')")]
    [InlineData("update endpoint_route set route = '/mine' where key = 'shop:1'")]
    [InlineData("update fastapi_endpoint set registry_sync = true where id in (1, 3)")]
    [InlineData("insert into fastapi_endpoint (name, root_path, app, active, registry_sync) "
        + "values ('late', '/orders', 'api', true, true)")]
    [InlineData("select endpoint_sync.check_all('public')")]
    public async Task While_pinned_nothing_is_published_whatever_others_write(string act)
    {
        await using var registry = await PinnedAsync();
        await Database.ExecuteAsync(act);
        // What a writer announces is left to it for two seconds from the first look.
        await registry.ReloadAsync(ReloadScope.Routes);
        await Database.ExecuteAsync(
            "update endpoint_sync.pending_changes set seen_at = '-infinity', changed_at = '-infinity'");

        var reaction = await registry.ReloadAsync(ReloadScope.Routes);
        var reload = await registry.ReloadAsync();
        var idle = await registry.ReloadAsync();

        Assert.All(
            [reaction, reload, idle],
            receipt => Assert.Equal(
                (ReloadOutcome.Pinned, 3L, 3L, true),
                (receipt.Outcome, receipt.Version.Value, receipt.PreviousVersion.Value, receipt.InSync)));
        Assert.Equal(reload.Pin, idle.Pin);
        Assert.Null(reaction.Pin);
        Assert.Equal(await TableAsync(1), await TableAsync(3));
        Assert.Equal(await HashAsync(1), await HashAsync(3));
        Assert.Equal(await RowsOfAsync(1), await RowsAsync());
        Assert.Equal(3, await VersionAsync());
        Assert.Empty(
            await Database.ListAsync("select id::text from fastapi_endpoint where registry_sync and id in (1, 3)"));
        Assert.Null(await registry.Status.PendingScopeAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Rows_of_other_consumers_are_never_written_under_a_pin()
    {
        await using var registry = await PinnedAsync();
        await Database.ExecuteAsync(
            "update endpoint_route set route = '/mine' where key = 'shop:1'; "
            + "insert into endpoint_route (key, route) values ('shop:2', '/shop2')");
        var rows = await Database.ListAsync("select t::text || xmin from endpoint_route as t where key like 'shop:%'");

        await registry.ReloadAsync(ReloadScope.Routes);
        await registry.ReloadAsync();

        Assert.Equal(
            rows, await Database.ListAsync("select t::text || xmin from endpoint_route as t where key like 'shop:%'"));
        var status = await registry.Status.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, status.Pin!.ToVersion.Value);
    }

    [Fact]
    public async Task An_Odoo_workers_own_sync_under_a_pin_is_undone_without_a_version_and_backed_off()
    {
        await using var registry = await PinnedAsync();
        var adopted = (await OutcomesAsync()).Count;
        for (var start = 0; start < 5; start++)
        {
            // Each start of a worker finds the flags unset, and writes what the endpoints declare.
            await using var worker = await UpstreamWorker.StartAsync(Database);
            await worker.SyncAsync();
            await registry.ReloadAsync(ReloadScope.Routes);
            Assert.Equal(3, await VersionAsync());
            await Database.ExecuteAsync(
                "update endpoint_sync.pending_changes set seen_at = '-infinity', changed_at = '-infinity'");
            await registry.ReloadAsync(ReloadScope.Routes);
        }

        Assert.Equal((3L, await HashAsync(1)), (await VersionAsync(), await HashAsync(3)));
        var backoffs = (await registry.Status.ReadAsync(TestContext.Current.CancellationToken)).RepairBackoffs;
        Assert.Contains(backoffs, backoff => backoff.EndpointId == 1);
        Assert.Contains(registry.Log.Entries, entry => entry.EventId == 1110);
        Assert.All(
            (await OutcomesAsync()).Skip(adopted),
            outcome => Assert.Contains("repaired", outcome, StringComparison.Ordinal));
        // The end of the backoff brings the pinned rows back, and a reload does before.
        await registry.ReloadAsync();
        Assert.Equal(await RowsOfAsync(1), await RowsAsync());
        Assert.Equal(["1 false", "3 false"], await Database.FlagsAsync());
    }

    [Fact]
    public async Task Odoos_button_under_a_pin_succeeds_and_its_flag_is_taken_back_afterwards()
    {
        await using var registry = await PinnedAsync();
        await using var worker = await UpstreamWorker.StartAsync(Database);
        await worker.BeginAsync();
        await worker.FlagAsync(1);
        await worker.CommitAsync();

        // Between its two transactions.
        await registry.ReloadAsync(ReloadScope.Routes);
        await registry.ReloadAsync();
        Assert.Equal(["1 true", "3 false"], await Database.FlagsAsync());

        Assert.Null(await worker.RunHookAsync());
        await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Equal(await RowsOfAsync(1), await RowsAsync());
        Assert.Equal(["1 false", "3 false"], await Database.FlagsAsync());
    }

    [Fact]
    public async Task An_endpoint_that_is_edited_back_keeps_the_flag_that_Odoo_gives_it()
    {
        await using var registry = await PinnedAsync();
        await using var worker = await UpstreamWorker.StartAsync(Database);
        await worker.SaveAsync(1, "root_path = '/orders', app = 'api'");
        await worker.PressSyncAsync(1);
        await Database.ExecuteAsync(
            "update endpoint_sync.pending_changes set seen_at = '-infinity', changed_at = '-infinity'");

        await registry.ReloadAsync(ReloadScope.Routes);
        var receipt = await registry.ReloadAsync();

        Assert.Equal(["1 true", "3 false"], await Database.FlagsAsync());
        Assert.Equal(3, receipt.Pin!.WaitingChanges);
    }

    [Fact]
    public async Task Postgres_refuses_another_table_of_whoever_knows_no_pins()
    {
        await using var registry = await PinnedAsync();

        var refused = await Assert.ThrowsAsync<PostgresException>(() => Database.ExecuteAsync(
            "update endpoint_sync.state set version = 4, content_hash = sha256('another')"));

        Assert.Equal(
            ("23514", "a_pinned_registry_publishes_only_the_pinned_table"), (refused.SqlState, refused.ConstraintName));
        await Database.ExecuteAsync("update endpoint_sync.state set version = 4");
    }

    [Fact]
    public async Task A_lost_version_is_passed_by_with_the_pinned_table()
    {
        await using var registry = await PinnedAsync();
        await Database.ExecuteAsync("update fastapi_endpoint set root_path = '/edited' where id = 1");
        await registry.Lost.RecordAsync(
            new RouteTableId(new RouteVersion(7), ContentHash.From(new byte[32])), CancellationToken.None);

        var receipt = await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Equal((ReloadOutcome.Pinned, 8L), (receipt.Outcome, receipt.Version.Value));
        Assert.Equal(await TableAsync(1), await TableAsync(8));
        var pin = (await registry.Status.ReadAsync(TestContext.Current.CancellationToken)).Pin!;
        Assert.Equal((8L, 1L), (pin.Version.Value, pin.ToVersion.Value));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Unpinning_publishes_what_waited_whether_it_was_recorded_or_not(bool recorded)
    {
        await using var registry = await PinnedAsync();
        await Database.ExecuteAsync(
            $"""
             {(recorded ? "" : UntrackedSql)}
             update fastapi_endpoint set root_path = '/again', registry_sync = false where id = 1;
             update endpoint_route set route = '/shop3' where key = 'shop:1';
             alter table fastapi_endpoint enable always trigger endpoint_sync_update;
             alter table endpoint_route enable always trigger endpoint_sync_update;
             """);
        await registry.ReloadAsync();
        var waiting = await registry.Plans.ReadPinAsync(null, 100, TestContext.Current.CancellationToken);

        var result = await PinAsync(registry, Unpin(seen: 3));

        Assert.Equal(
            (ReloadOutcome.Synced, 4L, false),
            (result.Receipt.Outcome, result.Receipt.Version.Value, await IsPinnedAsync()));
        Assert.Equal(
            "1 /again synced -> /again/; 3 /extra synced -> /extra/", await EndpointsAsync());
        Assert.Contains(
            "shop:1 /shop3", string.Join('\n', await TableAsync(4)), StringComparison.Ordinal);
        Assert.Equal(4, waiting.Changes.Count);
        Assert.Equal(4, waiting.Pin!.WaitingChanges);
        var diff = await registry.History.DiffAsync(
            new RouteVersion(3), new RouteVersion(4), null, 100, TestContext.Current.CancellationToken);
        Assert.Equal(diff.Changes.Select(change => change.Key), waiting.Changes.Select(change => change.Key));
        Assert.Equal(ReloadOutcome.UpToDate, (await registry.ReloadAsync()).Outcome);
        Assert.Empty(await PendingAsync());
        Assert.Single(registry.Log.Entries, entry => entry.EventId == 1122);
    }

    [Fact]
    public async Task Unpinning_is_refused_if_the_version_moved_and_nothing_changes()
    {
        await using var registry = await PinnedAsync();
        var everything = await EverythingAsync();

        var result = await PinAsync(registry, Unpin(seen: 2));

        Assert.Equal((PinRefusal.VersionMoved, 3L), (result.Refusal, result.Receipt.Version.Value));
        Assert.Equal(everything, await EverythingAsync());
    }

    [Fact]
    public async Task A_sync_that_is_skipped_after_the_pin_stays_due_and_the_old_table_stays()
    {
        await using var registry = await PinnedAsync();
        await using var holder = await Session.InTransactionAsync(
            Database, $"select pg_advisory_xact_lock({UpstreamWorker.LockKey})");

        var skipped = await PinAsync(registry, Unpin(seen: 3));

        Assert.Equal(
            (ReloadOutcome.Skipped, false, 3L),
            (skipped.Receipt.Outcome, await IsPinnedAsync(), await VersionAsync()));
        await holder.RollbackAsync();
        Assert.Equal(
            ReloadScope.Everything, await registry.Status.PendingScopeAsync(TestContext.Current.CancellationToken));
        Assert.Equal(4L, (await registry.ReloadAsync()).Version.Value);
        Assert.Equal(await TableAsync(2), await TableAsync(4));
    }

    [Fact]
    public async Task The_brake_for_mass_removal_stops_the_sync_after_the_pin_and_not_the_rollback()
    {
        await using var registry = await InSyncAsync();
        await Database.ExecuteAsync(
            """
            insert into fastapi_endpoint (name, root_path, app, active, registry_sync, save_http_session)
            select 'e' || n, '/e' || n, 'api', true, false, false from generate_series(1, 40) as n
            """);
        Assert.Equal(40, (await registry.ReloadAsync()).RoutesAdded);
        await Database.ExecuteAsync("delete from fastapi_endpoint");

        var rolledBack = await PinAsync(registry, Rollback(1, 2));
        Assert.Equal((ReloadOutcome.Synced, 40), (rolledBack.Receipt.Outcome, rolledBack.Receipt.RoutesRemoved));
        await PinAsync(registry, Rollback(2, 3));
        var pin = await registry.Plans.ReadPinAsync(null, 100, TestContext.Current.CancellationToken);
        Assert.Contains("42 of 42 routes", pin.Problem!.Meaning, StringComparison.Ordinal);

        var refused = await PinAsync(registry, Unpin(seen: 4));
        Assert.Equal((ReloadOutcome.Failed, false), (refused.Receipt.Outcome, await IsPinnedAsync()));
        Assert.Equal(await TableAsync(2), await TableAsync(4));
        Assert.Equal(4, await VersionAsync());

        var allowed = await registry.Attempts.RunUntilDeadlineAsync(new ReloadRequest(AllowMassRemoval: true));
        Assert.Equal((ReloadOutcome.Synced, 42), (allowed.Receipt.Outcome, allowed.Receipt.RoutesRemoved));
    }

    [Fact]
    public async Task An_edit_under_a_pin_waits_even_where_edits_go_live_at_once()
    {
        await using (await PinnedAsync())
        {
        }

        await using var registry = new TestRegistry(Database, options: new RegistryOptions { SyncOn = SyncOn.Change });
        await Database.ExecuteAsync(
            "update fastapi_endpoint set root_path = '/edited', registry_sync = false where id = 1");

        Assert.Null(await registry.Status.PendingScopeAsync(TestContext.Current.CancellationToken));
        Assert.Equal(ReloadOutcome.Pinned, (await registry.ReloadAsync()).Outcome);
        Assert.Equal(1, registry.Status.Facts!.PinnedTo);
    }

    [Fact]
    public async Task A_plan_under_a_pin_says_that_a_reload_changes_nothing()
    {
        await using var registry = await PinnedAsync();

        var plan = await registry.Plans.ReadAsync(null, 100, TestContext.Current.CancellationToken);

        Assert.Equal((0, 0, 0, 0, 4), (plan.Added, plan.Changed, plan.Removed, plan.Changes.Count, plan.Waiting));
        Assert.Equal((3L, 4), (plan.Pin!.Version.Value, plan.Pin.WaitingChanges));
    }
}
