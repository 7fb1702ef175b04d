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
    private readonly IGrainFactory _grains;
    private readonly ICoordinatorFallback _fallback;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly RequestCoalescer<ReloadRequest, ReloadReceipt> _coalescer;
    private bool _isSilent;

    public RegistryGate(
        string registry, IGrainFactory grains, ICoordinatorFallback fallback, TimeProvider clock, ILogger logger)
    {
        (Registry, _grains, _fallback, _clock, _logger) = (registry, grains, fallback, clock, logger);
        _coalescer = new RequestCoalescer<ReloadRequest, ReloadReceipt>(ReloadAsync, ReloadRequest.Merge);
    }

    /// <summary>The registry's name.</summary>
    public string Registry { get; }

    /// <summary>Joins the gate's next request to the coordinator.</summary>
    public Task<ReloadReceipt> JoinNextAsync(ReloadRequest request, CancellationToken cancellationToken) =>
        _coalescer.JoinNextAsync(request, cancellationToken);

    private async Task<ReloadReceipt> ReloadAsync(ReloadRequest request)
    {
        var coordinator = AskCoordinatorAsync(request);
        coordinator.Ignore();
        var receipt = await AnswersInTimeAsync(coordinator)
            ? await coordinator
            : await FallBackAsync(coordinator, request);
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

    // A rejected call is not an answer: the coordinator's silo is stopping or gone, or the grain is moving to another
    // silo.
    private async Task<bool> AnswersInTimeAsync(Task<ReloadReceipt> coordinator)
    {
        if (!Volatile.Read(ref _isSilent))
        {
            await ((Task)coordinator).WaitAsync(_fallback.CoordinatorTimeout, _clock)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (IsAnswer(coordinator))
        {
            return true;
        }

        if (!Interlocked.Exchange(ref _isSilent, true))
        {
            var failure = coordinator.Exception?.InnerException?.Message;
            LogSilent(Registry, failure ?? $"no answer within {_fallback.CoordinatorTimeout}");
        }

        return false;
    }

    private static bool IsAnswer(Task<ReloadReceipt> coordinator) =>
        coordinator.IsCompletedSuccessfully || coordinator.Exception?.InnerException is UnknownRegistryException;

    private async Task<ReloadReceipt> FallBackAsync(Task<ReloadReceipt> coordinator, ReloadRequest request)
    {
        using var answered = new CancellationTokenSource();
        var direct = _fallback.ReloadAsync(Registry, request, answered.Token);
        direct.Ignore();
        await Task.WhenAny(coordinator, direct);
        if (direct.IsCompleted || !IsAnswer(coordinator))
        {
            return await direct;
        }

        await answered.CancelAsync();
        var receipt = await coordinator;
        return receipt.Outcome == ReloadOutcome.Skipped ? await PreferFallbackAsync(receipt, direct) : receipt;
    }

    // The coordinator may have found the lock held by the fallback itself.
    private static async Task<ReloadReceipt> PreferFallbackAsync(ReloadReceipt skipped, Task<ReloadReceipt> direct)
    {
        await ((Task)direct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return direct.IsCompletedSuccessfully ? await direct : skipped;
    }

    [LoggerMessage(
        1304, LogLevel.Information,
        "The coordinator of {Registry} does not answer ({Reason}). Reloads bypass it until it answers.")]
    private partial void LogSilent(string registry, string reason);

    [LoggerMessage(1305, LogLevel.Information, "The coordinator of {Registry} answers again")]
    private partial void LogAnswersAgain(string registry);
}
