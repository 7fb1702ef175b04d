using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Locks;
using EndpointSync.Tests.Postgres.Races;
using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Tests.Postgres.Status;

public sealed class LockWatchTests : FreshDatabaseTests
{
    private static readonly SyncOptions Limits =
        new() { LockHoldWarning = TimeSpan.FromMilliseconds(100), PollInterval = TimeSpan.FromMilliseconds(50) };

    [Fact]
    public async Task A_long_hold_is_logged_with_its_process_and_query_and_so_is_its_end()
    {
        await using var worker = await UpstreamWorker.StartAsync(Database);
        await worker.BeginAsync();
        Assert.True(await worker.TryLockAsync());
        await using var registry = new TestRegistry(Database, Limits);
        await using var watch = new RunningWatch(registry);

        var logged = await registry.Log.FirstAsync(1601).Within("the warning");
        await worker.CommitAsync();
        var ended = await registry.Log.FirstAsync(1602).Within("the end of the hold");

        Assert.Equal(LogLevel.Warning, logged.Level);
        Assert.Contains($"by backend {worker.Session.ProcessId} of role", logged.Message);
        Assert.Contains($"select pg_try_advisory_xact_lock({UpstreamWorker.LockKey})", logged.Message);
        Assert.Equal(LogLevel.Information, ended.Level);
        Assert.Contains($"no longer held by backend {worker.Session.ProcessId}", ended.Message);
    }

    [Fact]
    public async Task Waiters_are_released_when_the_lock_is_free_and_not_before()
    {
        await using var holder = await Session.InTransactionAsync(
            Database, $"select pg_advisory_xact_lock({UpstreamWorker.LockKey})");
        await using var registry = new TestRegistry(Database, new SyncOptions { PollInterval = TimeSpan.FromHours(1) });
        await using var watch = new RunningWatch(registry);

        Assert.False(await watch.FreeAsync(TimeSpan.FromMilliseconds(200)));
        var waiting = Enumerable.Range(0, 100).Select(_ => watch.FreeAsync(Deadline.MaxWait)).ToList();
        Assert.False(waiting.Exists(one => one.IsCompleted));
        await holder.CommitAsync();

        Assert.All(await Task.WhenAll(waiting).Within("the release of the waiters"), Assert.True);
    }

    [Fact]
    public async Task A_wait_for_a_free_lock_succeeds_at_once_unless_no_time_is_left()
    {
        await using var registry = new TestRegistry(Database, new SyncOptions { PollInterval = TimeSpan.FromHours(1) });
        await using var watch = new RunningWatch(registry);

        Assert.True(await watch.FreeAsync(Deadline.MaxWait));
        Assert.False(await watch.FreeAsync(TimeSpan.Zero));
        Assert.False(await watch.FreeAsync(TimeSpan.FromSeconds(-1)));
    }

    [Fact]
    public async Task While_the_lock_cannot_be_queried_waiters_try_again_and_get_the_reason_there()
    {
        await using var holder = await Session.InTransactionAsync(
            Database, $"select pg_advisory_xact_lock({UpstreamWorker.LockKey})");
        await using var registry = new TestRegistry(
            Database, new SyncOptions { PollInterval = TimeSpan.FromHours(1) },
            connectionString: $"{Database.ConnectionString};Database=nowhere");
        await using var watch = new RunningWatch(registry);

        Assert.True(await watch.FreeAsync(Deadline.MaxWait));
        Assert.Contains("nowhere", (await registry.Log.FirstAsync(1603).Within("the reason")).Message);
        Assert.Equal(ReloadOutcome.Failed, (await registry.ReloadAsync()).Outcome);
    }

    private sealed class RunningWatch : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly RegistryLockWatch _watch;
        private readonly Task _running;

        public RunningWatch(TestRegistry registry)
        {
            _watch = new RegistryLockWatch(
                registry.Lock, TimeProvider.System, registry.Log.CreateLogger<RegistryLockWatch>());
            _running = Task.Run(() => _watch.RunAsync(_stop.Token));
        }

        public Task<bool> FreeAsync(TimeSpan timeout) =>
            _watch.UntilFreeAsync(onlyForSilos: false, timeout, TestContext.Current.CancellationToken);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running.Within("the end of the watch");
            _stop.Dispose();
        }
    }
}
