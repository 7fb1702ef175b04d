using EndpointSync.Core;
using EndpointSync.Worker.Feed;
using EndpointSync.Worker.Telemetry;

namespace EndpointSync.Worker.Serving;

/// <summary>
/// Checks, before "no such route" is answered, whether a newer version has one: a receipt promises its routes, and a
/// worker that does not have them yet must not deny them. It also checks whether a version that a request waits for
/// exists.
/// </summary>
internal sealed class NewestVersion
{
    // While the cluster does not answer, only one request per this time waits to find that out.
    private static readonly TimeSpan TrustFailureFor = TimeSpan.FromSeconds(1);

    private readonly CurrentRoutes _current;
    private readonly FeedCalls _calls;
    private readonly WorkerTelemetry _telemetry;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _timeout;
    private readonly RequestCoalescer<RouteVersion> _coalescer;
    private long _askAgainAt = long.MinValue;

    public NewestVersion(
        CurrentRoutes current, FeedCalls calls, WorkerOptions options, WorkerTelemetry telemetry, TimeProvider clock)
    {
        (_current, _calls, _telemetry, _clock) = (current, calls, telemetry, clock);
        _timeout = options.NotFoundTimeout;
        _coalescer = new RequestCoalescer<RouteVersion>(AskAsync);
    }

    /// <summary>Whether the cluster can be asked now.</summary>
    public bool CanAsk =>
        _timeout > TimeSpan.Zero && _calls.IsConnected && _clock.GetTimestamp() >= Interlocked.Read(ref _askAgainAt);

    /// <summary>
    /// The routes of the newest version if it is newer than the routes that had no match; null if it is not, or does
    /// not arrive in time.
    /// </summary>
    public async Task<ServedRoutes?> AfterAsync(ServedRoutes missed, CancellationToken cancellationToken)
    {
        var begun = _clock.GetTimestamp();
        return await FindAsync(cancellationToken) is { } newest && newest > missed.Version
            ? await _current.AtLeastAsync(newest, Left(begun), cancellationToken)
            : null;
    }

    /// <summary>The newest version; null if no silo answers in time. The worker then uses its current routes.</summary>
    public async Task<RouteVersion?> FindAsync(CancellationToken cancellationToken)
    {
        try
        {
            var joined = _coalescer.JoinNextAsync(cancellationToken);
            joined.IgnoreFailure();
            return await joined.WaitAsync(_timeout, _clock, cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<RouteVersion> AskAsync()
    {
        try
        {
            var newest = await _calls.NewestAsync(_timeout, CancellationToken.None);
            _telemetry.Count(newest > (_current.Routes?.Version ?? default) ? GuardOutcome.Newer : GuardOutcome.Newest);
            return newest;
        }
        catch
        {
            _telemetry.Count(GuardOutcome.Failed);
            TrustFailure();
            throw;
        }
    }

    private TimeSpan Left(long begun) => _timeout - _clock.GetElapsedTime(begun);

    private void TrustFailure() =>
        Interlocked.Exchange(
            ref _askAgainAt,
            _clock.GetTimestamp() + (long)(TrustFailureFor.TotalSeconds * _clock.TimestampFrequency));
}
