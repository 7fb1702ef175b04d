using EndpointSync.Publishing;

namespace EndpointSync.Client;

/// <summary>Waits until those who are waited for serve a version. That they do not in time is an answer too.</summary>
internal sealed class ConvergenceWait(IRouteFeedGrain feed, TimeProvider clock)
{
    // A request that was in a silo when it died is answered by nobody.
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(2);

    // A silo that was waited for in vain says so in this time after the end, and then it also says who is missing.
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(1);

    private readonly RetryDelays _delays = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1));

    /// <param name="version">The version.</param>
    /// <param name="waitFor">Who is waited for.</param>
    /// <param name="timeout">How long.</param>
    /// <param name="patience">Ends the wait early, with whatever is known then; the caller looks after its own cancellation.</param>
    public async Task<Convergence> WaitAsync(RouteVersion version, WaitFor waitFor, TimeSpan timeout, CancellationToken patience)
    {
        var begun = clock.GetTimestamp();
        using var deadline = new CancellationTokenSource(timeout + AnswerTime, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, patience);
        List<Task<Convergence>> asked = [];
        Exception? last = null;
        for (var failed = 0; !either.IsCancellationRequested;)
        {
            var left = timeout - clock.GetElapsedTime(begun);
            asked.Add(feed.ConvergeAsync(version, waitFor, left > TimeSpan.Zero ? left : TimeSpan.Zero, either.Token));
            asked[^1].Ignore();
            try
            {
                if (await FirstAnswerAsync(asked, either.Token) is { } answer)
                {
                    return answer with { Elapsed = clock.GetElapsedTime(begun) };
                }
            }
            catch (Exception failure)
            {
                last = failure is OperationCanceledException ? last : failure;
                asked.RemoveAll(ask => ask.IsCompleted);
                await Task.Delay(_delays.Before(failed++), clock, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        return NobodySays(version, waitFor, clock.GetElapsedTime(begun), last);
    }

    private async Task<Convergence?> FirstAnswerAsync(List<Task<Convergence>> asked, CancellationToken patience)
    {
        var again = Task.Delay(AskAgainAfter, clock, patience);
        var first = await Task.WhenAny([again, .. asked]);
        await first;
        return first is Task<Convergence> answer ? await answer : null;
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
