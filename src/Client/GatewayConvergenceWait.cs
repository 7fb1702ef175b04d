using EndpointSync.Core;
using EndpointSync.Wire;

namespace EndpointSync.Client;

/// <summary>
/// Waits for convergence by calls to a silo. If a silo does not answer, another one is called. A timeout gives an
/// answer too.
/// </summary>
internal sealed class GatewayConvergenceWait(IGrainFactory grains, TimeProvider clock)
{
    // Each call is short, so that none is left in a silo when the next goes to another.
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(2);

    // A silo whose slice ended without convergence answers within this time, with the missing subscribers.
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(1);

    private readonly JitteredBackoff _backoff = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1));

    /// <param name="registry">The registry's name.</param>
    /// <param name="version">The version.</param>
    /// <param name="waitFor">Which subscribers to wait for.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">
    /// Ends the wait early with what is known by then; the caller checks for its own cancellation.
    /// </param>
    public async Task<Convergence> WaitAsync(
        string registry, RouteVersion version, WaitFor waitFor, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var begun = clock.GetTimestamp();
        Convergence? answer = null;
        Exception? last = null;
        var failed = 0;
        while (answer?.Reached != true && !cancellationToken.IsCancellationRequested)
        {
            var left = timeout - clock.GetElapsedTime(begun);
            if (left <= TimeSpan.Zero && (answer is not null || failed > 0))
            {
                break;
            }

            try
            {
                answer = await AskAsync(
                    GatewayEntries.Entry(grains, failed), registry, version, waitFor, left < Slice ? left : Slice,
                    cancellationToken);
            }
            catch (Exception failure)
            {
                // An earlier answer is dropped: its missing subscribers may have caught up since.
                (answer, last) = (null, failure is OperationCanceledException ? last : failure);
                await Task.Delay(_backoff.Before(failed++), clock, cancellationToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        var elapsed = clock.GetElapsedTime(begun);
        return answer is null ? NoAnswer(version, waitFor, elapsed, last) : answer with { Elapsed = elapsed };
    }

    // A call that is in a silo when the silo dies is never answered.
    private Task<Convergence> AskAsync(
        IGatewayEntryGrain entry, string registry, RouteVersion version, WaitFor waitFor, TimeSpan left,
        CancellationToken cancellationToken)
    {
        var timeout = left > TimeSpan.Zero ? left : TimeSpan.Zero;
        var asked = entry.ConvergeAsync(registry, version, waitFor, timeout, cancellationToken);
        asked.Ignore();
        return asked.WaitAsync(timeout + AnswerTimeout, clock, cancellationToken);
    }

    private Convergence NoAnswer(RouteVersion version, WaitFor waitFor, TimeSpan elapsed, Exception? last) => new()
    {
        Version = version,
        WaitedFor = waitFor,
        Elapsed = elapsed,
        Silos = 0,
        Workers = 0,
        Missing =
        [
            new Subscriber
            {
                Kind = SubscriberKind.Silo, Name = "unknown", Id = "", Silo = "", Version = RouteVersion.None,
                Since = clock.GetUtcNow(),
                Problem = $"No silo reported in time which subscribers serve version {version}."
                    + (last is null ? "" : $" The last error: {last.Message}"),
            },
        ],
    };
}
