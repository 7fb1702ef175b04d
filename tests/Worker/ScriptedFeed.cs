using EndpointSync.Wire;

namespace EndpointSync.Tests.Worker;

/// <summary>
/// A feed of the scripted silo that a test can freeze: its calls arrive, and its answers do not come back.
/// </summary>
/// <param name="silo">The scripted silo.</param>
/// <param name="frozen">Whether the feed is frozen now.</param>
internal sealed class ScriptedFeed(IRouteFeedGrain silo, Func<bool> frozen) : IRouteFeedGrain
{
    public async Task<RouteFeed> NextAsync(WorkerReport report, CancellationToken cancellationToken = default) =>
        await AnswerAsync(silo.NextAsync(report, cancellationToken), cancellationToken);

    public async Task ReportAsync(WorkerReport report) => await silo.ReportAsync(report);

    public async Task LeaveAsync(Guid worker) => await silo.LeaveAsync(worker);

    public async Task<RoutePage?> PageAsync(
        RouteVersion version, int offset, CancellationToken cancellationToken = default) =>
        await AnswerAsync(silo.PageAsync(version, offset, cancellationToken), cancellationToken);

    public async Task<RouteVersion> NewestAsync(CancellationToken cancellationToken = default) =>
        await AnswerAsync(silo.NewestAsync(cancellationToken), cancellationToken);

    public Task<Convergence> ConvergeAsync(
        RouteVersion version, WaitFor waitFor, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        silo.ConvergeAsync(version, waitFor, timeout, cancellationToken);

    public Task<bool> LockFreeAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        silo.LockFreeAsync(timeout, cancellationToken);

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
