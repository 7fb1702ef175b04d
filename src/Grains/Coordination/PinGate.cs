using EndpointSync.Core;
using EndpointSync.Grains.Configuration;
using EndpointSync.Wire;
using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Coordination;

/// <summary>
/// The way of a rollback, and of the end of a pin, to the coordinator. They are not shared by callers. If the
/// coordinator gives no sign of life, this silo carries the request out itself. Both may do it: the second one finds it
/// done.
/// </summary>
internal sealed class PinGate(
    IGrainFactory grains, SyncRunner runner, ILockWait locks, IOptions<SyncOptions> options, TimeProvider clock)
{
    /// <param name="registry">The registry's name.</param>
    /// <param name="request">The request.</param>
    /// <param name="lockTimeout">How long to wait while another process holds the registry's lock.</param>
    /// <param name="cancellationToken">Ends the wait for the lock and for the answer, not the request.</param>
    /// <returns>What became of it; a receipt that says skipped if the lock stayed busy.</returns>
    /// <exception cref="UnknownRegistryException">No configured registry has that name.</exception>
    public async Task<PinAnswer> PinAsync(
        string registry, PinRequest request, TimeSpan lockTimeout, CancellationToken cancellationToken)
    {
        var begun = clock.GetTimestamp();
        while (true)
        {
            var answer = await AskAsync(registry, request).WaitAsync(cancellationToken);
            var left = lockTimeout - clock.GetElapsedTime(begun);
            if (!answer.Receipt.LockWasBusy || !await locks.UntilFreeAsync(registry, left, cancellationToken))
            {
                return answer;
            }
        }
    }

    private async Task<PinAnswer> AskAsync(string registry, PinRequest request)
    {
        var coordinator = grains.GetGrain<ICoordinatorPins>(registry).PinAsync(request);
        coordinator.Ignore();
        if (await IsAnsweredAsync(registry, coordinator))
        {
            return await coordinator;
        }

        var direct = runner.RunAsync(registry, request);
        direct.Ignore();
        await Task.WhenAny(coordinator, direct);
        return coordinator.IsCompletedSuccessfully ? await coordinator : await direct;
    }

    // As long as the coordinator gives signs of life, it is waited for.
    private async Task<bool> IsAnsweredAsync(string registry, Task<PinAnswer> coordinator)
    {
        var isAlive = true;
        while (!coordinator.IsCompleted && isAlive)
        {
            await WaitAsync(coordinator);
            var sign = grains.GetGrain<ICoordinatorLife>(registry).IsSyncingAsync();
            sign.Ignore();
            await WaitAsync(Task.WhenAny(sign, coordinator));
            isAlive = sign.IsCompletedSuccessfully;
        }

        return coordinator.IsCompletedSuccessfully
            || coordinator.Exception?.InnerException is UnknownRegistryException;
    }

    private async Task WaitAsync(Task task) => await task.WaitAsync(options.Value.CoordinatorTimeout / 2, clock)
        .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
