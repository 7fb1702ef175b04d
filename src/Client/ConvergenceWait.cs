using EndpointSync.Publishing;

namespace EndpointSync.Client;

/// <summary>Waits until those who are waited for serve a version. That they do not in time is an answer too.</summary>
/// <param name="feeds">The ways to silos, by number: the next one is taken when one gives no answer.</param>
/// <param name="clock">The time.</param>
internal sealed class ConvergenceWait(Func<int, IRouteFeedGrain> feeds, TimeProvider clock)
{
    // Each question is a short one, so that none is left behind in a silo when the next is asked of another.
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(2);

    // A silo that was asked in vain says so in this time after the end, and then it also says who is missing.
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(1);

    private readonly RetryDelays _delays = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1));

    /// <param name="version">The version.</param>
    /// <param name="waitFor">Who is waited for.</param>
    /// <param name="timeout">How long.</param>
    /// <param name="patience">Ends the wait early, with whatever is known then; the caller looks after its own cancellation.</param>
    public async Task<Convergence> WaitAsync(RouteVersion version, WaitFor waitFor, TimeSpan timeout, CancellationToken patience)
    {
        var begun = clock.GetTimestamp();
        Convergence? answer = null;
        Exception? last = null;
        for (var failed = 0; answer?.Reached != true && !patience.IsCancellationRequested;)
        {
            var left = timeout - clock.GetElapsedTime(begun);
            if (left <= TimeSpan.Zero && (answer is not null || failed > 0))
            {
                break;
            }

            try
            {
                answer = await AskAsync(feeds(failed), version, waitFor, left < Slice ? left : Slice, patience);
            }
            catch (Exception failure)
            {
                // What was said before is not repeated: whoever was missing then may not be any more.
                (answer, last) = (null, failure is OperationCanceledException ? last : failure);
                await Task.Delay(_delays.Before(failed++), clock, patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        var elapsed = clock.GetElapsedTime(begun);
        return answer is null ? NobodySays(version, waitFor, elapsed, last) : answer with { Elapsed = elapsed };
    }

    // A question that was in a silo when it died is answered by nobody.
    private Task<Convergence> AskAsync(IRouteFeedGrain feed, RouteVersion version, WaitFor waitFor, TimeSpan timeout, CancellationToken patience)
    {
        var asked = feed.ConvergeAsync(version, waitFor, timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero, patience);
        asked.Ignore();
        return asked.WaitAsync((timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero) + AnswerTime, clock, patience);
    }

    private Convergence NobodySays(RouteVersion version, WaitFor waitFor, TimeSpan elapsed, Exception? last) => new()
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
                Kind = SubscriberKind.Silo, Name = "unknown", Id = "", Silo = "", Version = RouteVersion.None, Since = clock.GetUtcNow(),
                Problem = $"No silo said in time who serves version {version}.{(last is null ? "" : $" The last error: {last.Message}")}",
            },
        ],
    };
}
