namespace EndpointSync.Core;

/// <summary>
/// Delays between retries. Each delay is twice the last, up to a limit, and is shortened by a random share of up to one
/// half, so that processes spread out.
/// </summary>
internal sealed class JitteredBackoff(TimeSpan first, TimeSpan longest)
{
    private const int MostDoublings = 20;

    /// <param name="attempt">The number of earlier attempts; 0 for the first delay.</param>
    public TimeSpan Before(int attempt)
    {
        var doubled = first * Math.Pow(2, Math.Min(attempt, MostDoublings));
        var limited = doubled < longest ? doubled : longest;
        return limited * (1 - (Random.Shared.NextDouble() / 2));
    }
}
