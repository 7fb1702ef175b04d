using EndpointSync.Publishing;

namespace EndpointSync.Client.Workers.Feed;

/// <summary>
/// Calls to a silo that end. A silo that was killed answers nobody, and one that is frozen keeps its connections open, so each call ends when a
/// gateway is lost or when its time is up, whichever comes first. All go through one door, which leads to one silo, until another one is found.
/// </summary>
internal sealed class FeedCalls(IFeedSource source, TimeProvider clock)
{
    // A silo that lives answers within this time after the end of what it was asked to wait for.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Patience = RouteFeeds.LongestHold + Grace;

    // Not shorter than what a silo waits for the database.
    private static readonly TimeSpan NewestPatience = TimeSpan.FromSeconds(2);

    // For thousands of routes at once.
    private static readonly TimeSpan PagePatience = TimeSpan.FromSeconds(6);

    private readonly FirstAnswer _first = new(new RetryDelays(TimeSpan.FromMilliseconds(150), TimeSpan.FromSeconds(1)), clock);
    private volatile int _door;

    /// <exception cref="TimeoutException">No answer in time, or the connection was lost.</exception>
    public Task<RouteFeed> NextAsync(WorkerReport report, CancellationToken cancellationToken) =>
        CallAsync((feed, patience) => feed.NextAsync(report, patience), Patience, cancellationToken);

    /// <exception cref="TimeoutException">No answer in time, or the connection was lost.</exception>
    public Task ReportAsync(WorkerReport report, CancellationToken cancellationToken) =>
        CallAsync(async (feed, _) => { await feed.ReportAsync(report); return true; }, Patience, cancellationToken);

    /// <exception cref="TimeoutException">No answer in time, or the connection was lost.</exception>
    public Task<RoutePage?> PageAsync(RouteVersion version, int offset, CancellationToken cancellationToken) =>
        CallAsync((feed, patience) => feed.PageAsync(version, offset, patience), PagePatience, cancellationToken);

    /// <exception cref="TimeoutException">No answer in time, or the connection was lost.</exception>
    public Task<RouteVersion> NewestAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        CallAsync((feed, patience) => feed.NewestAsync(patience), timeout, cancellationToken);

    /// <exception cref="TimeoutException">No answer in time, or the connection was lost.</exception>
    public Task LeaveAsync(Guid worker, TimeSpan timeout) =>
        CallAsync(async (feed, _) => { await feed.LeaveAsync(worker); return true; }, timeout, CancellationToken.None);

    /// <summary>Finds a silo that answers, beginning with another one than before; it is the one to be called from then on.</summary>
    public async Task FindSiloAsync(CancellationToken cancellationToken)
    {
        var last = _door;
        _door = await _first.OfAsync(before => KnockAsync((last + 1 + before) % RouteFeeds.Doors, cancellationToken), cancellationToken);
    }

    private async Task<int> KnockAsync(int door, CancellationToken cancellationToken)
    {
        await CallAsync(door, (feed, patience) => feed.NewestAsync(patience), NewestPatience, cancellationToken);
        return door;
    }

    private Task<T> CallAsync<T>(Func<IRouteFeedGrain, CancellationToken, Task<T>> call, TimeSpan timeout, CancellationToken cancellationToken) =>
        CallAsync(_door, call, timeout, cancellationToken);

    private async Task<T> CallAsync<T>(int door, Func<IRouteFeedGrain, CancellationToken, Task<T>> call, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var feed = await source.FeedAsync(door, cancellationToken);
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
