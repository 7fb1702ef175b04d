using EndpointSync.Publishing;

namespace EndpointSync.Tests.Worker;

/// <summary>A way to the stand-in that a test can freeze: what comes in by it is heard, and what should go out by it is not.</summary>
/// <param name="silo">The stand-in.</param>
/// <param name="frozen">Whether it is frozen at the moment.</param>
internal sealed class StandInDoor(IRouteFeedGrain silo, Func<bool> frozen) : IRouteFeedGrain
{
    public async Task<RouteFeed> NextAsync(WorkerReport report, CancellationToken cancellationToken = default) =>
        await AnswerAsync(silo.NextAsync(report, cancellationToken), cancellationToken);

    public async Task ReportAsync(WorkerReport report) => await silo.ReportAsync(report);

    public async Task LeaveAsync(Guid worker) => await silo.LeaveAsync(worker);

    public async Task<RoutePage?> PageAsync(RouteVersion version, int offset, CancellationToken cancellationToken = default) =>
        await AnswerAsync(silo.PageAsync(version, offset, cancellationToken), cancellationToken);

    public async Task<RouteVersion> NewestAsync(CancellationToken cancellationToken = default) =>
        await AnswerAsync(silo.NewestAsync(cancellationToken), cancellationToken);

    public Task<Convergence> ConvergeAsync(RouteVersion version, WaitFor waitFor, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        silo.ConvergeAsync(version, waitFor, timeout, cancellationToken);

    public Task<bool> LockFreeAsync(TimeSpan timeout, CancellationToken cancellationToken = default) => silo.LockFreeAsync(timeout, cancellationToken);

    private async Task<T> AnswerAsync<T>(Task<T> answer, CancellationToken cancellationToken)
    {
        var answered = await answer;
        if (frozen())
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        return answered;
    }
}
