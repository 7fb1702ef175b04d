using EndpointSync.Grains.Sync;
using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Postgres;
using EndpointSync.Tests.Postgres.Races;
using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Schedules;
using EndpointSync.Tests.Testing.Upstream;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EndpointSync.Tests.Postgres.Crashes;

public sealed class FrozenSiloTests : FreshDatabaseTests
{
    // On a busy machine a silo is idle for tenths of a second between two statements. That must not cost it the lock.
    private static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task A_silo_that_freezes_before_its_commit_loses_the_lock_and_finds_everything_in_sync_when_it_thaws()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await using var frozen = new TestRegistry(
            Database, new SyncOptions { IdleInTransactionTimeout = IdleLimit });
        using var ice = new Ice();
        var session = new SyncSession(frozen.Database, frozen.Lock, frozen.Lost, TimeProvider.System, ice);
        var attempts = new SyncAttempts(
            frozen.Database, frozen.Preparation, session, frozen.Pins, TimeProvider.System,
            frozen.Log.CreateLogger<SyncAttempts>());
        var reload = Task.Run(() => frozen.SyncAsync(attempts));
        Assert.Same(ice.Frozen, await Task.WhenAny(ice.Frozen, reload).Within("the freeze"));
        await Database.UntilAsync(
            $"select not exists (select from {Session.LocksHere} where locktype = 'advisory')",
            "the frozen silo's lock");

        await using var other = Registry("another-silo");
        Assert.Equal(ReloadOutcome.Synced, (await other.ReloadAsync()).Outcome);
        ice.Melt();
        var receipt = (await reload.Within("the thawed silo")).Receipt;

        Assert.Equal((ReloadOutcome.UpToDate, new RouteVersion(1)), (receipt.Outcome, receipt.Version));
        // One attempt more for the freeze; a busy machine may freeze the silo once more.
        Assert.True(receipt.Timings.Attempts >= 2, $"{receipt.Timings.Attempts} attempts");
        Assert.Equal("1 /orders synced -> /orders/", await EndpointsAsync());
        await History.AssertAddsUpAsync(Database);
    }

    [Fact]
    public async Task A_silo_that_freezes_in_the_middle_of_a_statement_loses_the_lock()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        var limits = new SyncOptions
        {
            StatementTimeout = TimeSpan.FromSeconds(2),
            IdleInTransactionTimeout = IdleLimit,
        };
        await using var frozen = new TestRegistry(Database, limits, "frozen");
        await frozen.Preparation.EnsureAsync(TestContext.Current.CancellationToken);
        await using var connection = await frozen.Database.Source.OpenConnectionAsync(
            TestContext.Current.CancellationToken);
        await connection.ExecuteAsync("begin", TestContext.Current.CancellationToken);
        Assert.True(
            await frozen.Lock.TryTakeAsync(
                connection, limits.IdleInTransactionTimeout, TestContext.Current.CancellationToken));
        // More than the sockets hold, and nothing reads it: none of the transaction's limits ends that. A few rows fill
        // the sockets, so that even a busy server is stuck before its statement timeout.
        var unread = connection.Command("select repeat('x', 1000000) from generate_series(1, 100)")
            .ExecuteReaderAsync(TestContext.Current.CancellationToken);
        await Database.UntilAsync(
            $"select exists (select from pg_stat_activity where pid = {connection.ProcessID} and wait_event = "
            + "'ClientWrite' and clock_timestamp() - state_change > interval '3 seconds')",
            "a statement beyond its limit");

        await using var other = new TestRegistry(Database, limits, "another-silo");
        Assert.Equal(ReloadOutcome.Skipped, (await other.ReloadAsync()).Outcome);
        Assert.Equal(
            connection.ProcessID,
            (await other.Status.LockHolderAsync(TestContext.Current.CancellationToken))?.ProcessId);
        await Database.UntilAsync(
            $"select not exists (select from {Session.LocksHere} where locktype = 'advisory')",
            "the frozen silo's lock");

        Assert.Equal(ReloadOutcome.Synced, (await other.ReloadAsync()).Outcome);
        await Assert.ThrowsAnyAsync<NpgsqlException>(async () =>
        {
            await using var reader = await unread;
            var isRow = true;
            while (isRow)
            {
                isRow = await reader.ReadAsync(TestContext.Current.CancellationToken);
            }
        });
    }

    [Fact]
    public async Task A_silo_that_freezes_in_the_middle_of_an_edit_blocks_the_endpoint_only_briefly()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await Database.ExecuteAsync(
            $"{ReportLimit("trigger")}; create trigger report_limit before update on fastapi_endpoint "
            + "for each row execute function report_limit()");
        await using var registry = Registry();

        var reported = await Assert.ThrowsAsync<PostgresException>(
            () => registry.Endpoints.ChangeAsync(
                1, new EndpointEdit { Name = "bills" }, etag: null, TestContext.Current.CancellationToken));

        Assert.Equal("the transaction may stand idle for 1s", reported.MessageText);
    }

    [Fact]
    public async Task A_silo_that_freezes_while_it_installs_the_triggers_blocks_the_tables_only_briefly()
    {
        await Database.ExecuteAsync(
            $"{ReportLimit("event_trigger")}; create event trigger report_limit on ddl_command_end "
            + "when tag in ('CREATE TRIGGER') execute function report_limit()");
        await using var registry = Registry();

        await registry.Preparation.EnsureAsync(TestContext.Current.CancellationToken);

        Assert.Contains(
            registry.Log.Entries,
            entry => entry.Message.Contains("the transaction may stand idle for 1s", StringComparison.Ordinal));
    }

    private static string ReportLimit(string kind) =>
        $"""
         create function report_limit() returns {kind} language plpgsql as $$
         begin
           raise exception 'the transaction may stand idle for %',
             current_setting('idle_in_transaction_session_timeout');
         end; $$
         """;

    /// <summary>Stops its silo where the sync logs that it is done, which is before the commit.</summary>
    private sealed class Ice : ILogger<SyncSession>, IDisposable
    {
        private readonly ManualResetEventSlim _melted = new();
        private readonly TaskCompletionSource _frozen = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Frozen => _frozen.Task;

        public void Melt() => _melted.Set();

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id != 1101)
            {
                return;
            }

            _frozen.TrySetResult();
            _melted.Wait(Deadline.MaxWait);
        }

        public void Dispose() => _melted.Dispose();
    }
}
