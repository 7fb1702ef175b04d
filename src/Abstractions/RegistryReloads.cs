using Microsoft.Extensions.Logging;

namespace EndpointSync;

/// <summary>
/// The reloads of one registry. Its coordinator is always asked; a stand-in comes in when that gives no answer in time, and at once as long as it is
/// silent. Both may be at work then, which is safe because Postgres decides, and the first receipt is as good as any: both began after the request.
/// </summary>
internal sealed partial class RegistryReloads(string registry, IGrainFactory grains, IStandIn standIn, TimeProvider clock, ILogger logger)
{
    private bool _silent;

    /// <summary>Makes the registry current once.</summary>
    public async Task<ReloadReceipt> RunAsync(ReloadRequest request)
    {
        var coordinator = AskAsync(request);
        coordinator.Ignore();
        var receipt = await IsHeardInTimeAsync(coordinator) ? await coordinator : await StandInAsync(coordinator, request);
        return receipt with { Callers = Math.Max(request.Callers, receipt.Callers) };
    }

    private async Task<ReloadReceipt> AskAsync(ReloadRequest request)
    {
        var receipt = await grains.GetGrain<IEndpointSyncGrain>(registry).ReloadAsync(request, CancellationToken.None);
        if (Interlocked.Exchange(ref _silent, false))
        {
            LogHeard(registry);
        }

        return receipt;
    }

    // A refusal is no answer: the coordinator's silo stops or is gone, or the grain is on its way to another one.
    private async Task<bool> IsHeardInTimeAsync(Task<ReloadReceipt> coordinator)
    {
        if (!Volatile.Read(ref _silent))
        {
            await ((Task)coordinator).WaitAsync(standIn.Patience, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (IsAnswer(coordinator))
        {
            return true;
        }

        if (!Interlocked.Exchange(ref _silent, true))
        {
            LogSilent(registry, coordinator.Exception?.InnerException?.Message ?? $"no answer within {standIn.Patience}");
        }

        return false;
    }

    private static bool IsAnswer(Task<ReloadReceipt> coordinator) =>
        coordinator.IsCompletedSuccessfully || coordinator.Exception?.InnerException is UnknownRegistryException;

    private async Task<ReloadReceipt> StandInAsync(Task<ReloadReceipt> coordinator, ReloadRequest request)
    {
        using var answered = new CancellationTokenSource();
        var direct = standIn.ReloadAsync(registry, request, answered.Token);
        direct.Ignore();
        await Task.WhenAny(coordinator, direct);
        if (direct.IsCompleted || !IsAnswer(coordinator))
        {
            return await direct;
        }

        await answered.CancelAsync();
        var receipt = await coordinator;
        return receipt.Outcome == ReloadOutcome.Skipped ? await BetterAsync(receipt, direct) : receipt;
    }

    // Whom the coordinator found at work may have been the stand-in.
    private static async Task<ReloadReceipt> BetterAsync(ReloadReceipt skipped, Task<ReloadReceipt> direct)
    {
        await ((Task)direct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return direct.IsCompletedSuccessfully ? await direct : skipped;
    }

    [LoggerMessage(1304, LogLevel.Information, "The coordinator of {Registry} is silent ({Reason}): reloads do without it until it answers")]
    private partial void LogSilent(string registry, string reason);

    [LoggerMessage(1305, LogLevel.Information, "The coordinator of {Registry} answers again")]
    private partial void LogHeard(string registry);
}
