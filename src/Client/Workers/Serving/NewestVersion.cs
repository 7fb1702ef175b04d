using EndpointSync.Client.Workers.Feed;
using Microsoft.Extensions.Options;

namespace EndpointSync.Client.Workers.Serving;

/// <summary>
/// Finds out, before "no such route" is answered, whether a newer version has one: a reload's receipt promises that its routes are there, and a
/// worker that was not told yet must not deny them. And whether there is a version at all that a request wants to wait for.
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
        return await FindAsync(cancellationToken) is { } newest && newest > missed.Version
            ? await _current.AtLeastAsync(newest, Left(begun), cancellationToken)
            : null;
    }

    /// <summary>The newest version there is; null if nobody says so in time. Whatever keeps the cluster from answering, the worker goes by what it has.</summary>
    public async Task<RouteVersion?> FindAsync(CancellationToken cancellationToken)
    {
        try
        {
            var joined = _flights.JoinAsync(callers: 1, cancellationToken);
            joined.Ignore();
            return await joined.WaitAsync(_timeout, _clock, cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<RouteVersion> AskAsync()
    {
        var begun = _clock.GetTimestamp();
        // Taken before the call, so that no loss that ends it is missed.
        var lost = _source.UntilGatewayIsLost;
        try
        {
            return await _calls.NewestAsync(_timeout, CancellationToken.None);
        }
        catch (Exception failure) when ((failure is not TimeoutException || lost.IsCancellationRequested) && Left(begun) > TimeSpan.Zero)
        {
            // A silo that goes takes the question with it, and says nothing of the others, which the second one reaches.
            return await AskLastAsync(Left(begun));
        }
        catch
        {
            TrustFailure();
            throw;
        }
    }

    private async Task<RouteVersion> AskLastAsync(TimeSpan left)
    {
        try
        {
            return await _calls.NewestAsync(left, CancellationToken.None);
        }
        catch
        {
            TrustFailure();
            throw;
        }
    }

    private TimeSpan Left(long begun) => _timeout - _clock.GetElapsedTime(begun);

    private void TrustFailure() =>
        Interlocked.Exchange(ref _askAgainAt, _clock.GetTimestamp() + (long)(TrustFailureFor.TotalSeconds * _clock.TimestampFrequency));
}
