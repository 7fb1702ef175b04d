using EndpointSync.Core;
using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Postgres;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Grains.Locks;

/// <summary>
/// Watches the lock of one registry: every few milliseconds while a caller waits for it, otherwise as often as the
/// poll, to notice a long hold. A check is one statement on a pooled connection, and only one check runs at a time.
/// </summary>
internal sealed partial class RegistryLockWatch(
    SyncLock syncLock, TimeProvider clock, ILogger<RegistryLockWatch> logger)
{
    // Far below what a person notices, far above what a check costs.
    private static readonly TimeSpan CheckInterval = TimeSpan.FromMilliseconds(25);

    // A frozen server answers no check, and a command may take longer than a caller would wait.
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(2);

    private readonly SyncOptions _limits = syncLock.Database.Limits;
    private readonly LongHoldLog _longHolds = new(
        syncLock.Database.Name, syncLock.Database.Limits.LockHoldWarning, logger);
    private readonly ChangeSignal _waiterArrived = new();
    private readonly ChangeSignal _worthTrying = new();
    private readonly ChangeSignal _heldByOther = new();
    private LockHolder? _holder;
    private int _waiting;
    private int _waitingForSilos;

    public string Registry { get; } = syncLock.Database.Name;

    /// <summary>How long the lock was held at the last check; zero if it was free.</summary>
    public TimeSpan Held => _longHolds.Held;

    /// <summary>How many callers wait for the lock, whoever holds it.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Who held the lock at the last check; null for nobody.</summary>
    public LockHolder? Holder => Volatile.Read(ref _holder);

    /// <summary>Completes when the next caller waits for the lock.</summary>
    public Task NextWaiter => _waiterArrived.Next;

    /// <summary>Waits until a check finds the lock free, or fails.</summary>
    /// <param name="onlyForSilos">Whether to give up as soon as a process that is not a silo holds it.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether a reload is worth another try; false when the wait ended otherwise.</returns>
    public async Task<bool> UntilFreeAsync(bool onlyForSilos, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (timeout <= TimeSpan.Zero)
        {
            return false;
        }

        var worthTrying = _worthTrying.Next;
        var ends = onlyForSilos ? Task.WhenAny(worthTrying, _heldByOther.Next) : worthTrying;
        Interlocked.Increment(ref onlyForSilos ? ref _waitingForSilos : ref _waiting);
        _waiterArrived.Raise();
        await ends.WaitAsync(timeout, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Interlocked.Decrement(ref onlyForSilos ? ref _waitingForSilos : ref _waiting);
        return worthTrying.IsCompleted;
    }

    /// <summary>Checks until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var arrival = _waiterArrived.Next;
            var isKnown = await CheckAsync(stopping);
            await PauseAsync(isKnown ? UntilNextCheck : _limits.PollInterval, arrival, stopping);
        }
    }

    private async Task<bool> CheckAsync(CancellationToken stopping)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        deadline.CancelAfter(CheckTimeout);
        try
        {
            // The token alone is not enough: a frozen server does not react to a cancel request.
            var check = syncLock.FindHolderAsync(deadline.Token);
            check.Ignore();
            Found(await check.WaitAsync(CheckTimeout, clock, stopping));
            return true;
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // The silo is stopping, which ends the waits.
            return false;
        }
        catch (Exception failure)
        {
            // A new try reports the problem in its receipt, which is more useful than a wait without a result.
            LogCheckFailed(Registry, SqlStates.Describe(failure)?.Detail ?? failure.Message);
            _worthTrying.Raise();
            return false;
        }
    }

    private void Found(LockHolder? holder)
    {
        Volatile.Write(ref _holder, holder);
        _longHolds.Saw(holder);
        if (holder is null)
        {
            _worthTrying.Raise();
        }
        else if (!syncLock.IsSilo(holder))
        {
            _heldByOther.Raise();
        }
    }

    private async Task PauseAsync(TimeSpan idleInterval, Task arrival, CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var isAwaited = Waiting > 0 || Volatile.Read(ref _waitingForSilos) > 0;
        var pause = Task.Delay(
            (isAwaited ? CheckInterval : idleInterval) * (1 + (Random.Shared.NextDouble() / 2)), clock, ended.Token);
        await (isAwaited ? pause : Task.WhenAny(arrival, pause)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ended.CancelAsync();
    }

    private TimeSpan UntilNextCheck => _longHolds.UntilLong is { } soon && soon < _limits.PollInterval
        ? TimeSpan.FromTicks(Math.Max(soon.Ticks, CheckInterval.Ticks))
        : _limits.PollInterval;

    [LoggerMessage(
        1603, LogLevel.Debug,
        "Could not check who holds the lock of {Registry}: {Detail} The next check follows soon.")]
    private partial void LogCheckFailed(string registry, LogText detail);
}
