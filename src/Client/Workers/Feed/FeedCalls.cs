using EndpointSync.Publishing;

namespace EndpointSync.Client.Workers.Feed;

/// <summary>
/// Calls to a silo that end. A silo that was killed answers nobody, and one that is frozen keeps its connections open, so each call ends when a
/// gateway is lost or when its time is up, whichever comes first.
/// </summary>
internal sealed class FeedCalls(IFeedSource source, TimeProvider clock)
{
    // A silo answers within four seconds, with nothing new if need be.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    /// <exception cref="TimeoutException">No answer in time, or the connection was lost.</exception>
    public Task<RouteFeed> NextAsync(WorkerReport report, CancellationToken cancellationToken) =>
        CallAsync((feed, patience) => feed.NextAsync(report, patience), Patience, cancellationToken);

    /// <exception cref="TimeoutException">No answer in time, or the connection was lost.</exception>
    public Task ReportAsync(WorkerReport report, CancellationToken cancellationToken) =>
        CallAsync(async (feed, _) => { await feed.ReportAsync(report); return true; }, Patience, cancellationToken);

    /// <exception cref="TimeoutException">No answer in time, or the connection was lost.</exception>
    public Task<RoutePage?> PageAsync(RouteVersion version, int offset, CancellationToken cancellationToken) =>
        CallAsync((feed, patience) => feed.PageAsync(version, offset, patience), Patience, cancellationToken);

    /// <exception cref="TimeoutException">No answer in time, or the connection was lost.</exception>
    public Task<RouteVersion> NewestAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        CallAsync((feed, patience) => feed.NewestAsync(patience), timeout, cancellationToken);

    /// <exception cref="TimeoutException">No answer in time, or the connection was lost.</exception>
    public Task LeaveAsync(Guid worker, TimeSpan timeout) =>
        CallAsync(async (feed, _) => { await feed.LeaveAsync(worker); return true; }, timeout, CancellationToken.None);

    private async Task<T> CallAsync<T>(Func<IRouteFeedGrain, CancellationToken, Task<T>> call, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var feed = await source.FeedAsync(cancellationToken);
        using var deadline = new CancellationTokenSource(timeout, clock);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, source.UntilGatewayIsLost, cancellationToken);
        var answer = call(feed, patience.Token);
        try
        {
            return await answer.WaitAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            answer.Ignore();
            throw new TimeoutException(deadline.IsCancellationRequested ? $"No answer within {timeout}." : "The connection to a silo was lost.");
        }
    }
}
