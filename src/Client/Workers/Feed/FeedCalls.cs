using EndpointSync.Core;
using EndpointSync.Wire;

namespace EndpointSync.Client.Workers.Feed;

/// <summary>
/// Calls to a silo, each with a deadline. A killed silo never answers, and a frozen one keeps its connections open. So
/// each call ends when a gateway is lost or when its timeout is over, whichever comes first. All calls use one gateway
/// entry, and so one silo, until another silo is found.
/// </summary>
internal sealed class FeedCalls(IFeedSource source, TimeProvider clock)
{
    // A live silo answers within this time after the end of the wait that it was asked for.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan CallTimeout = FeedProtocol.LongPollTimeout + Grace;

    // Not shorter than a silo's own wait for the database.
    private static readonly TimeSpan NewestTimeout = TimeSpan.FromSeconds(2);

    // A page may have thousands of routes.
    private static readonly TimeSpan PageTimeout = TimeSpan.FromSeconds(6);

    private readonly HedgedCall<int> _hedged =
        new(new JitteredBackoff(TimeSpan.FromMilliseconds(150), TimeSpan.FromSeconds(1)), clock);
    private volatile int _entry;

    /// <exception cref="TimeoutException">No answer in time, or the connection was lost.</exception>
    public Task<RouteFeed> NextAsync(WorkerReport report, CancellationToken cancellationToken) =>
        CallAsync((feed, token) => feed.NextAsync(report, token), CallTimeout, cancellationToken);

    /// <exception cref="TimeoutException">No answer in time, or the connection was lost.</exception>
    public Task ReportAsync(WorkerReport report, CancellationToken cancellationToken) =>
        CallAsync(async (feed, _) => { await feed.ReportAsync(report); return true; }, CallTimeout, cancellationToken);

    /// <exception cref="TimeoutException">No answer in time, or the connection was lost.</exception>
    public Task<RoutePage?> PageAsync(RouteVersion version, int offset, CancellationToken cancellationToken) =>
        CallAsync((feed, token) => feed.PageAsync(version, offset, token), PageTimeout, cancellationToken);

    /// <exception cref="TimeoutException">No answer in time, or the connection was lost.</exception>
    public Task<RouteVersion> NewestAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        CallAsync((feed, token) => feed.NewestAsync(token), timeout, cancellationToken);

    /// <exception cref="TimeoutException">No answer in time, or the connection was lost.</exception>
    public Task LeaveAsync(Guid worker, TimeSpan timeout) =>
        CallAsync(async (feed, _) => { await feed.LeaveAsync(worker); return true; }, timeout, CancellationToken.None);

    /// <summary>
    /// Finds a silo that answers, beginning with another one than the last, and uses it from then on.
    /// </summary>
    public async Task FindSiloAsync(CancellationToken cancellationToken)
    {
        var last = _entry;
        _entry = await _hedged.FirstAsync(
            before => ProbeAsync((last + 1 + before) % FeedProtocol.EntryCount, cancellationToken), cancellationToken);
    }

    private async Task<int> ProbeAsync(int entry, CancellationToken cancellationToken)
    {
        await CallAsync(entry, (feed, token) => feed.NewestAsync(token), NewestTimeout, cancellationToken);
        return entry;
    }

    private Task<T> CallAsync<T>(
        Func<IRouteFeedGrain, CancellationToken, Task<T>> call, TimeSpan timeout,
        CancellationToken cancellationToken) =>
        CallAsync(_entry, call, timeout, cancellationToken);

    private async Task<T> CallAsync<T>(
        int entry, Func<IRouteFeedGrain, CancellationToken, Task<T>> call, TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        var feed = await source.FeedAsync(entry, cancellationToken);
        using var deadline = new CancellationTokenSource(timeout, clock);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(
            deadline.Token, source.UntilGatewayIsLost, cancellationToken);
        var answer = call(feed, ended.Token);
        try
        {
            return await answer.WaitAsync(ended.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            answer.Ignore();
            throw new TimeoutException(
                deadline.IsCancellationRequested
                    ? $"No answer within {timeout}."
                    : "The connection to a silo was lost.");
        }
    }
}
