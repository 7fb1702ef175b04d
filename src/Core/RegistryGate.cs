using EndpointSync.Wire;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Core;

/// <summary>
/// One registry's gate. It coalesces requests, asks the coordinator, and falls back when the coordinator does not
/// answer in time. While the coordinator is known to be silent, the gate falls back at once. Coordinator and fallback
/// may then both run. That is safe because Postgres decides, and either receipt is valid because both runs began after
/// the request.
/// </summary>
internal sealed partial class RegistryGate
{
    private const int MostTimeouts = 4;
    private const int EnoughIdleSigns = 2;

    private readonly IGrainFactory _grains;
    private readonly ICoordinatorFallback _fallback;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Action<RegistryGate> _forget;
    private readonly RequestCoalescer<ReloadRequest, ReloadReceipt> _coalescer;
    private bool _isSilent;
    private long _newest;

    /// <param name="registry">The registry's name.</param>
    /// <param name="grains">Reaches the coordinator.</param>
    /// <param name="fallback">Reloads while the coordinator does not answer.</param>
    /// <param name="clock">The time.</param>
    /// <param name="logger">The log of the process's gates.</param>
    /// <param name="forget">Called when no registry has that name.</param>
    public RegistryGate(
        string registry, IGrainFactory grains, ICoordinatorFallback fallback, TimeProvider clock, ILogger logger,
        Action<RegistryGate> forget)
    {
        (Registry, _grains, _fallback, _clock, _logger, _forget) = (registry, grains, fallback, clock, logger, forget);
        _coalescer = new RequestCoalescer<ReloadRequest, ReloadReceipt>(ReloadAsync, ReloadRequest.Merge);
    }

    /// <summary>The registry's name.</summary>
    public string Registry { get; }

    /// <summary>Joins the gate's next request to the coordinator.</summary>
    public Task<ReloadReceipt> JoinNextAsync(ReloadRequest request, CancellationToken cancellationToken) =>
        _coalescer.JoinNextAsync(request.FromHere(), cancellationToken);

    private async Task<ReloadReceipt> ReloadAsync(ReloadRequest request)
    {
        var coordinator = AskCoordinatorAsync(request);
        coordinator.Ignore();
        var isAlive = !Volatile.Read(ref _isSilent) && await IsAliveAsync(coordinator);
        if (IsUnknown(coordinator))
        {
            _forget(this);
        }

        var receipt = IsAnswer(coordinator)
            ? await coordinator
            : await FallBackAsync(coordinator, isAlive, request);
        _newest = receipt.Version.Value;
        return receipt.Callers < request.Callers ? receipt with { Callers = request.Callers } : receipt;
    }

    private async Task<ReloadReceipt> AskCoordinatorAsync(ReloadRequest request)
    {
        var receipt = await _grains.GetGrain<IEndpointSyncGrain>(Registry).ReloadAsync(request, CancellationToken.None);
        if (Interlocked.Exchange(ref _isSilent, false))
        {
            LogAnswersAgain(Registry);
        }

        return receipt;
    }

    // Half of the timeout is for the receipt, half for a sign of life: a coordinator in a long sync gives one.
    private async Task<bool> IsAliveAsync(Task<ReloadReceipt> coordinator)
    {
        var half = _fallback.CoordinatorTimeout / 2;
        await WaitAsync(coordinator, half);
        if (IsAnswer(coordinator))
        {
            return true;
        }

        var sign = AskIsSyncingAsync();
        sign.Ignore();
        await WaitAsync(Task.WhenAny(sign, coordinator), half);
        var isAlive = !coordinator.IsFaulted && sign.IsCompletedSuccessfully;
        if (!isAlive && !IsAnswer(coordinator) && !Interlocked.Exchange(ref _isSilent, true))
        {
            var failure = coordinator.Exception?.InnerException?.Message;
            LogSilent(Registry, failure ?? $"no answer within {_fallback.CoordinatorTimeout}");
        }

        return isAlive;
    }

    private Task<bool> AskIsSyncingAsync() => _grains.GetGrain<ICoordinatorLife>(Registry).IsSyncingAsync();

    // A rejected call is not an answer: the coordinator's silo is stopping or gone, or the grain is moving to another
    // silo.
    private static bool IsAnswer(Task<ReloadReceipt> coordinator) =>
        coordinator.IsCompletedSuccessfully || IsUnknown(coordinator);

    private static bool IsUnknown(Task coordinator) =>
        coordinator.Exception?.InnerException is UnknownRegistryException;

    private async Task<ReloadReceipt> FallBackAsync(
        Task<ReloadReceipt> coordinator, bool isAlive, ReloadRequest request)
    {
        using var answered = new CancellationTokenSource();
        var direct = _fallback.ReloadAsync(Registry, request, answered.Token);
        direct.Ignore();
        await Task.WhenAny(coordinator, direct);
        if (direct.IsCompleted || !IsAnswer(coordinator))
        {
            var receipt = await direct;
            return receipt.Outcome == ReloadOutcome.UpToDate && (isAlive || receipt.Version.Value > _newest)
                ? await PreferCoordinatorAsync(coordinator, receipt)
                : receipt;
        }

        await answered.CancelAsync();
        var answer = await coordinator;
        return answer.Outcome is ReloadOutcome.Skipped or ReloadOutcome.UpToDate
            ? await PreferFallbackAsync(answer, direct)
            : answer;
    }

    // The fallback may have found what the coordinator has just committed: it says that it syncs, or the version is new
    // to this gate. Only the coordinator's receipt says what was done.
    private async Task<ReloadReceipt> PreferCoordinatorAsync(Task<ReloadReceipt> coordinator, ReloadReceipt upToDate)
    {
        var begun = _clock.GetTimestamp();
        var isAwaited = true;
        var idleSigns = 0;
        // After its commit a coordinator answers soon. One that cannot reach Postgres is not waited for.
        while (!coordinator.IsCompleted && isAwaited
            && _clock.GetElapsedTime(begun) < MostTimeouts * _fallback.CoordinatorTimeout)
        {
            var sign = AskIsSyncingAsync();
            sign.Ignore();
            await WaitAsync(sign, _fallback.CoordinatorTimeout);
            // A receipt leaves the coordinator before its sign that nothing runs any more. Where this process hardly
            // runs, such a sign may be seen before the receipt, and the next one is not.
            isAwaited = sign.IsCompletedSuccessfully && (await sign || ++idleSigns < EnoughIdleSigns);
            await WaitAsync(coordinator, _fallback.CoordinatorTimeout / 2);
        }

        return coordinator.IsCompletedSuccessfully && (await coordinator).InSync ? await coordinator : upToDate;
    }

    private async Task WaitAsync(Task task, TimeSpan timeout) =>
        await task.WaitAsync(timeout, _clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    // The coordinator may have found the lock held by the fallback itself, or what the fallback has just committed. A
    // fallback that still waits for the lock ends at once.
    private static async Task<ReloadReceipt> PreferFallbackAsync(ReloadReceipt answer, Task<ReloadReceipt> direct)
    {
        await ((Task)direct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return direct.IsCompletedSuccessfully
            && (answer.Outcome == ReloadOutcome.Skipped || (await direct).Outcome == ReloadOutcome.Synced)
            ? await direct
            : answer;
    }

    [LoggerMessage(
        1304, LogLevel.Information,
        "The coordinator of {Registry} does not answer ({Reason}). Reloads bypass it until it answers.")]
    private partial void LogSilent(string registry, LogText reason);

    [LoggerMessage(1305, LogLevel.Information, "The coordinator of {Registry} answers again")]
    private partial void LogAnswersAgain(string registry);
}
