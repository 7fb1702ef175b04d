using EndpointSync.Core;

namespace EndpointSync.Client;

/// <summary>
/// Hedged requests: the same call goes to one silo after another, while earlier silos may still answer. A silent silo
/// is followed by the next one after a growing delay, and a failed call after a short one. Failures come at once from
/// a silo that is gone, and must not use up what is to find its successor.
/// </summary>
/// <param name="hedges">The delays after calls without an answer.</param>
/// <param name="clock">The time.</param>
internal sealed class HedgedCall<T>(JitteredBackoff hedges, TimeProvider clock)
{
    /// <summary>How many calls fail before the caller is told, unless another may still be answered.</summary>
    public const int MostFailures = 10;

    private static readonly JitteredBackoff Repeats = new(TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(1));

    /// <summary>Returns the first answer. A failure counts only if no silo answers.</summary>
    /// <param name="ask">Calls the next silo; receives the number of earlier calls.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<T> FirstAsync(Func<int, Task<T>> ask, CancellationToken cancellationToken)
    {
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var calls = new List<Task<T>>();
        var failures = 0;
        try
        {
            for (var asked = 0; ; asked++)
            {
                calls.Add(ask(asked));
                calls[^1].Ignore();
                var next = Task.Delay(hedges.Before(asked), clock, answered.Token);
                while (await Task.WhenAny([next, .. calls]) is Task<T> call)
                {
                    if (IsAnswer(call) || (++failures >= MostFailures && calls.Count == 1))
                    {
                        return await call;
                    }

                    calls.Remove(call);
                    next = Task.Delay(Repeats.Before(failures), clock, answered.Token);
                }

                await next;
            }
        }
        finally
        {
            await answered.CancelAsync();
        }
    }

    private static bool IsAnswer(Task<T> call) =>
        call.IsCompletedSuccessfully || call.Exception?.InnerException is UnknownRegistryException;
}
