using EndpointSync.Core;

namespace EndpointSync.Worker.Feed;

/// <summary>
/// Hedged requests: the same question goes to one silo after another, each after a growing delay or as soon as the last
/// one has failed, while earlier silos may still answer.
/// </summary>
internal sealed class HedgedQuestion(TimeProvider clock)
{
    private static readonly TimeSpan FirstHedge = TimeSpan.FromMilliseconds(150);

    private readonly JitteredBackoff _delays = new(FirstHedge, TimeSpan.FromSeconds(1));

    /// <summary>Returns the first answer. A failure counts only if no silo answers.</summary>
    public async Task<T> FirstAsync<T>(
        IReadOnlyList<Uri> silos, Func<Uri, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task<T>> running = [];
        var asked = 0;
        try
        {
            while (true)
            {
                if (asked < silos.Count)
                {
                    running.Add(ask(silos[asked++], ended.Token));
                }

                var pause = asked < silos.Count ? _delays.Before(asked - 1) : Timeout.InfiniteTimeSpan;
                await ((Task)Task.WhenAny(running)).WaitAsync(pause, clock, cancellationToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
                var isLast = asked == silos.Count && running.TrueForAll(answer => answer.IsCompleted);
                var answered = running.Find(answer => answer.IsCompletedSuccessfully);
                answered ??= isLast ? running[^1] : null;
                if (answered is not null)
                {
                    return await answered;
                }

                // Its failure is known, and it must not end the next wait.
                running.RemoveAll(answer => answer.IsCompleted);
            }
        }
        finally
        {
            await ended.CancelAsync();
            running.ForEach(answer => answer.IgnoreFailure());
        }
    }
}
