using EndpointSync.Core;
using Polly;
using Polly.Hedging;

namespace EndpointSync.Client;

/// <summary>
/// Hedged requests: the same call goes to one silo after another, each after a growing delay, while earlier silos may
/// still answer.
/// </summary>
internal sealed class HedgedCall<T>
{
    // The maximum that Polly allows. When all of them have failed, the caller retries.
    private const int MostHedges = 10;

    private readonly ResiliencePipeline<T> _pipeline;

    /// <param name="backoff">The delays before each further silo is called.</param>
    /// <param name="clock">The time.</param>
    public HedgedCall(JitteredBackoff backoff, TimeProvider clock) =>
        _pipeline = new ResiliencePipelineBuilder<T> { TimeProvider = clock }
        .AddHedging(new HedgingStrategyOptions<T>
        {
            MaxHedgedAttempts = MostHedges,
            DelayGenerator = hedge => ValueTask.FromResult(backoff.Before(hedge.AttemptNumber)),
            ShouldHandle = attempt => ValueTask.FromResult(
                attempt.Outcome.Exception is not (null or UnknownRegistryException)),
        })
        .Build();

    /// <summary>Returns the first answer. A failure counts only if no silo answers.</summary>
    /// <param name="ask">Calls the next silo; receives the number of earlier calls.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<T> FirstAsync(Func<int, Task<T>> ask, CancellationToken cancellationToken)
    {
        var asked = -1;
        return await _pipeline.ExecuteAsync(
            async ended =>
            {
                // Polly waits for the attempts that it cancels, and a hung silo never answers.
                var answer = ask(Interlocked.Increment(ref asked));
                answer.Ignore();
                return await answer.WaitAsync(ended);
            },
            cancellationToken);
    }
}
