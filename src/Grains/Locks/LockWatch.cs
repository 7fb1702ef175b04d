using EndpointSync.Core;
using EndpointSync.Grains.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EndpointSync.Grains.Locks;

/// <summary>
/// Watches the registries' locks for all callers in this silo, so that one query serves all that wait for the same
/// lock. No caller waits inside Postgres: a waiter there would hold a connection and a transaction, and would get the
/// lock before processes that only try.
/// </summary>
internal sealed class LockWatch(
    RegistryMap<SyncLock> locks, IServiceProvider services, SiloDrain drain,
    SyncTelemetry telemetry, TimeProvider clock) : BackgroundService, ILockWait
{
    private readonly RegistryMap<RegistryLockWatch> _watches = locks.Select(
        one => ActivatorUtilities.CreateInstance<RegistryLockWatch>(services, one));

    /// <summary>How long each registry's lock was held at the last check; zero for a free one.</summary>
    public IEnumerable<(string Registry, TimeSpan Held)> Holds =>
        _watches.All.Select(watch => (watch.Registry, watch.Held));

    /// <summary>How many callers wait for the lock in this silo, whoever holds it.</summary>
    /// <exception cref="UnknownRegistryException">No configured registry has that name.</exception>
    public int Waiting(string registry) => _watches.Get(registry).Waiting;

    /// <summary>Who held the lock at this silo's last check; null for nobody.</summary>
    /// <exception cref="UnknownRegistryException">No configured registry has that name.</exception>
    public LockHolder? HolderOf(string registry) => _watches.Get(registry).Holder;

    /// <summary>Completes when the next caller waits for the lock in this silo.</summary>
    /// <exception cref="UnknownRegistryException">No configured registry has that name.</exception>
    public Task NextWaiterAsync(string registry) => _watches.Get(registry).NextWaiter;

    public Task<bool> UntilFreeAsync(string registry, TimeSpan timeout, CancellationToken cancellationToken) =>
        WaitAsync(registry, onlyForSilos: false, timeout, cancellationToken);

    /// <summary>The same, but gives up as soon as a process that is not a silo holds the lock.</summary>
    public Task<bool> UntilFreeOfSilosAsync(string registry, TimeSpan timeout, CancellationToken cancellationToken) =>
        WaitAsync(registry, onlyForSilos: true, timeout, cancellationToken);

    // Each registry has its own loop, so a registry that hangs delays no other.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_watches.All.Select(watch => watch.RunAsync(stoppingToken)));

    private async Task<bool> WaitAsync(
        string registry, bool onlyForSilos, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken, drain.Ended);
        var begun = clock.GetTimestamp();
        var isFree = await _watches.Get(registry).UntilFreeAsync(onlyForSilos, timeout, ended.Token);
        telemetry.RecordLockWait(registry, clock.GetElapsedTime(begun), isFree);
        cancellationToken.ThrowIfCancellationRequested();
        return isFree;
    }
}
