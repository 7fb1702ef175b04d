using EndpointSync.Client.Workers.Feed;
using Microsoft.Extensions.Options;

namespace EndpointSync.Client.Workers.Serving;

/// <summary>
/// Finds out, before "no such route" is answered, whether a newer version has one: a reload's receipt promises that its routes are there, and a
/// worker that was not told yet must not deny them.
/// </summary>
internal sealed class NewestVersion
{
    // While the cluster does not answer, only one request in this time finds that out by waiting.
    private static readonly TimeSpan TrustFailureFor = TimeSpan.FromSeconds(1);

    private readonly CurrentRoutes _current;
    private readonly IFeedSource _source;
    private readonly FeedCalls _calls;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _timeout;
    private readonly Flights<RouteVersion> _flights;
    private long _askAgainAt = long.MinValue;

    public NewestVersion(CurrentRoutes current, IFeedSource source, FeedCalls calls, IOptions<WorkerOptions> options, TimeProvider clock)
    {
        (_current, _source, _calls, _clock, _timeout) = (current, source, calls, clock, options.Value.NotFoundTimeout);
        _flights = new Flights<RouteVersion>(_ => AskAsync());
    }

    /// <summary>Whether there is somebody to ask and time to do so.</summary>
    public bool CanAsk => _timeout > TimeSpan.Zero && _source.IsConnected && _clock.GetTimestamp() >= Interlocked.Read(ref _askAgainAt);

    /// <summary>The routes of the newest version if it is newer than those that had no answer, and null if it is not or cannot be had in time.</summary>
    public async Task<ServedRoutes?> AfterAsync(ServedRoutes missed, CancellationToken cancellationToken)
    {
        var begun = _clock.GetTimestamp();
        try
        {
            var joined = _flights.JoinAsync(callers: 1, cancellationToken);
            joined.Ignore();
            var newest = await joined.WaitAsync(_timeout, _clock, cancellationToken);
            return newest > missed.Version
                ? await _current.AtLeastAsync(newest, _timeout - _clock.GetElapsedTime(begun), cancellationToken)
                : null;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever keeps the cluster from answering, the worker answers by what it has.
            return null;
        }
    }

    private async Task<RouteVersion> AskAsync()
    {
        try
        {
            return await _calls.NewestAsync(_timeout, CancellationToken.None);
        }
        catch
        {
            Interlocked.Exchange(ref _askAgainAt, _clock.GetTimestamp() + (long)(TrustFailureFor.TotalSeconds * _clock.TimestampFrequency));
            throw;
        }
    }
}
