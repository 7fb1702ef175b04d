using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Sync;
using EndpointSync.Tests.Testing;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Tests.Postgres.Sync;

public sealed class LargeBatchTests
{
    private const int Count = 2_000;
    private const int Adopted = 50_000;

    [Fact]
    public async Task Thousands_of_endpoints_are_added_changed_and_removed_in_one_version_each()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var registry = new TestRegistry(database);
        await database.ExecuteAsync(
            $"insert into fastapi_endpoint (name, root_path, app, active) select 'e' || n, '/p' || n, 'api', true "
            + $"from generate_series(1, {Count}) as n");

        var added = await registry.ReloadAsync();
        await database.ExecuteAsync(
            "update fastapi_endpoint set root_path = root_path || '/v2', registry_sync = false");
        var changed = await registry.ReloadAsync();
        await database.ExecuteAsync(
            "update fastapi_endpoint set active = false where id % 2 = 0; "
            + "delete from fastapi_endpoint where id % 2 = 1");
        var removed = (await registry.Attempts.RunUntilDeadlineAsync(
            new ReloadRequest(AllowMassRemoval: true))).Receipt;

        Assert.Equal((1L, Count, Count), (added.Version.Value, added.RoutesAdded, added.EndpointsSynced));
        Assert.Equal((2L, Count, Count), (changed.Version.Value, changed.RoutesChanged, changed.EndpointsSynced));
        Assert.Equal((3L, Count, Count), (removed.Version.Value, removed.RoutesRemoved, removed.EndpointsSynced));
        Assert.Empty(await database.KeysAsync());
        Assert.Equal(new string('0', 64), (await registry.Status.ReadAsync(CancellationToken.None)).ContentHash);
        Assert.Empty(await database.ErrorsAsync());
    }

    // Between two statements of a sync a silo works on what it has read, and Postgres must not take it for frozen.
    [Fact]
    public async Task Tens_of_thousands_of_rows_of_other_consumers_are_adopted_in_one_version()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var registry = new TestRegistry(
            database, new SyncOptions { IdleInTransactionTimeout = TimeSpan.FromMilliseconds(100) });
        await registry.ReloadAsync();
        await database.ExecuteAsync(
            $"""
             insert into endpoint_route (key, route, opts, routing)
             select 'shop:' || n, '/shop/' || n, '[]', '[]' from generate_series(1, {Adopted}) as n
             """);

        var receipt = await registry.ReloadAsync(ReloadScope.Routes);

        Assert.True(receipt.Problem is null, $"{receipt.Problem}");
        Assert.Equal((1L, Adopted, 1), (receipt.Version.Value, receipt.RoutesAdded, receipt.Timings.Attempts));
        Assert.Empty(await database.ErrorsAsync());
    }

    [Fact]
    public async Task More_rows_of_other_consumers_than_one_sync_adopts_are_adopted_by_the_next_ones()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var registry = new TestRegistry(database, new SyncOptions { Deadline = TimeSpan.FromSeconds(29) });
        await registry.InstallTriggersAsync().Within("the triggers");
        await registry.ReloadAsync();
        await database.ExecuteAsync(
            $"""
             insert into endpoint_route (key, route, opts, routing)
             select 'shop:' || n, '/shop/' || n, '[]', '[]' from generate_series(1, {2 * Adopted}) as n
             """);

        // On a slow machine one deadline is enough for one of the two.
        var receipt = await registry.ReloadAsync(ReloadScope.Routes);
        if (!receipt.InSync)
        {
            receipt = await registry.ReloadAsync(ReloadScope.Routes);
        }

        Assert.True(receipt.InSync, $"{receipt.Outcome}, {receipt.Problem}");
        Assert.Equal(
            2L * Adopted,
            await database.ScalarAsync<long>("select count(*) from endpoint_sync.routes where to_version is null"));
        Assert.Equal(2L, await database.ScalarAsync<long>("select version from endpoint_sync.state"));
        Assert.Equal(0L, await database.ScalarAsync<long>("select count(*) from endpoint_sync.pending_changes"));
        Assert.Empty(await database.ErrorsAsync());
    }

    [Fact]
    public async Task A_sync_that_is_too_large_for_its_deadline_keeps_what_it_has_done_and_says_what_is_left()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var registry = InParts(database);
        await registry.Preparation.EnsureAsync(TestContext.Current.CancellationToken);
        await DeclareAsync(database, 1_000);
        var session = new SyncSession(
            registry.Database, registry.Lock, registry.Lost, new HastyClock(),
            registry.Log.CreateLogger<SyncSession>());
        var receipts = new List<ReloadReceipt>();
        do
        {
            var result = await session.RunAsync(
                new ReloadRequest(), rollout: null, TestContext.Current.CancellationToken);
            receipts.Add(result.Receipt);
        }
        while (!receipts[^1].InSync && receipts.Count < 20);

        Assert.Equal(
            Enumerable.Range(1, 10).Select(run => (100, 1_000 - (run * 100))),
            receipts.Select(receipt => (receipt.EndpointsSynced, receipt.EndpointsDeferred)));
        Assert.Equal("100 endpoints are synced, and 900 are left.", receipts[0].Problem!.Detail);
        Assert.Equal(9, registry.Log.Entries.Count(entry => entry.EventId == 1119));
        Assert.Equal(1_000, (await database.KeysAsync()).Count);
        Assert.Empty(await database.ListAsync("select reason from endpoint_sync.pending_syncs"));
        Assert.Empty(await database.ListAsync("select operation from endpoint_sync.pending_changes"));
        Assert.Empty(await database.ErrorsAsync());
    }

    [Fact]
    public async Task What_the_parts_before_a_failure_did_stays_and_the_receipt_says_what_is_left()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var registry = new TestRegistry(database, new SyncOptions
        {
            EndpointsPerTransaction = 100,
            StatementTimeout = TimeSpan.FromSeconds(2),
        });
        await registry.Preparation.EnsureAsync(TestContext.Current.CancellationToken);
        await DeclareAsync(database, 300);
        await SlowAsync(database, "new.key like 'fastapi.endpoint:150:%'", "4 s");

        var receipt = await registry.ReloadAsync();

        Assert.Equal(
            (ReloadOutcome.Synced, 1L, 100, 200),
            (receipt.Outcome, receipt.Version.Value, receipt.EndpointsSynced, receipt.EndpointsDeferred));
        Assert.Equal(1, registry.Log.Entries.Count(entry => entry.EventId == 1127));
        Assert.Equal(
            ["200 endpoints are left of a large sync"],
            await database.ListAsync("select reason from endpoint_sync.pending_syncs"));
    }

    [Fact]
    public async Task A_transaction_that_does_not_end_in_time_is_followed_by_smaller_ones()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var registry = new TestRegistry(database, new SyncOptions
        {
            EndpointsPerTransaction = 500,
            StatementTimeout = TimeSpan.FromSeconds(2),
        });
        await registry.Preparation.EnsureAsync(TestContext.Current.CancellationToken);
        await DeclareAsync(database, 500);
        await SlowAsync(database, "true", "6 ms");

        var first = await registry.ReloadAsync();
        var second = await registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Failed, 0), (first.Outcome, first.EndpointsSynced));
        Assert.Equal((true, 500), (second.InSync, second.EndpointsSynced));
        Assert.Contains(
            "A transaction for 500 endpoints of test did not end in time. The next ones have at most 125, until they "
            + "end early",
            registry.Log.Entries.Where(entry => entry.EventId == 1128).Select(entry => entry.Message));
    }

    [Fact]
    public async Task A_large_sync_with_time_enough_gives_one_receipt_for_all_of_its_versions()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var registry = InParts(database);
        await DeclareAsync(database, 1_000);

        var receipt = await registry.ReloadAsync();

        Assert.Equal(
            (true, 0L, 10L, 1_000, 1_000, null),
            (receipt.InSync, receipt.PreviousVersion.Value, receipt.Version.Value, receipt.EndpointsSynced,
                receipt.RoutesAdded, receipt.Problem));
        Assert.Equal(ReloadOutcome.UpToDate, (await registry.ReloadAsync()).Outcome);
    }

    [Fact]
    public async Task Endpoints_that_exchange_root_paths_stay_in_one_transaction()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var registry = InParts(database);
        await DeclareAsync(database, 250);
        await registry.ReloadAsync();
        await database.ExecuteAsync(
            "update fastapi_endpoint as mine set root_path = theirs.root_path, registry_sync = false "
            + "from fastapi_endpoint as theirs where theirs.id = mine.id % 250 + 1");

        var receipt = await registry.ReloadAsync();

        Assert.Equal((true, 250, 3L, 4L), (
            receipt.InSync, receipt.RoutesChanged, receipt.PreviousVersion.Value, receipt.Version.Value));
        Assert.Empty(await database.ErrorsAsync());
    }

    [Fact]
    public async Task Many_parts_remove_no_more_than_one_sync_may()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var registry = InParts(database);
        await DeclareAsync(database, 1_000);
        await registry.ReloadAsync();
        await database.ExecuteAsync("update fastapi_endpoint set active = false");

        var receipt = await registry.ReloadAsync();

        Assert.Equal(ReloadOutcome.Failed, receipt.Outcome);
        Assert.Contains("1000 of 1000 routes", receipt.Problem!.Meaning, StringComparison.Ordinal);
        Assert.Equal(1_000, (await database.KeysAsync()).Count);
    }

    private static TestRegistry InParts(TestDatabase database) =>
        new(database, new SyncOptions { EndpointsPerTransaction = 100 });

    private static Task DeclareAsync(TestDatabase database, int count) => database.ExecuteAsync(
        $"insert into fastapi_endpoint (name, root_path, app, active) select 'e' || n, '/p' || n, 'api', true "
        + $"from generate_series(1, {count}) as n");

    // Postgres takes this long for each such row, as on a busy server.
    private static Task SlowAsync(TestDatabase database, string rows, string time) => database.ExecuteAsync(
        $"""
         create function slow() returns trigger language plpgsql as $$
         begin
           if {rows} then perform pg_sleep_for('{time}'); end if;
           return new;
         end $$;
         create trigger slow before insert on endpoint_route for each row execute function slow();
         """);

    // Whoever asks it twice has no time left.
    private sealed class HastyClock : TimeProvider
    {
        private long _timestamp;

        public override long GetTimestamp() => _timestamp += TimestampFrequency * 60;
    }

    [Fact]
    public async Task The_routes_table_is_analyzed_after_a_large_batch()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var registry = new TestRegistry(database);
        await database.ExecuteAsync(
            $"insert into fastapi_endpoint (name, root_path, app, active) select 'e' || n, '/p' || n, 'api', true "
            + $"from generate_series(1, {Count}) as n");

        await registry.ReloadAsync();

        Assert.Equal(
            $"{Count}",
            await database.ScalarAsync<string>(
                "select reltuples::bigint::text from pg_class where oid = 'endpoint_sync.routes'::regclass"));
    }
}
