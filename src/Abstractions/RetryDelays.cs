namespace EndpointSync;

/// <summary>Waits between retries: doubled each time up to a limit, each with a random part of up to a half taken off, so that processes spread out.</summary>
internal sealed class RetryDelays(TimeSpan first, TimeSpan longest)
{
    private const int MostDoublings = 20;

    public TimeSpan Before(int attempt)
    {
        var doubled = first * Math.Pow(2, Math.Min(attempt, MostDoublings));
        var limited = doubled < longest ? doubled : longest;
        return limited * (1 - (Random.Shared.NextDouble() / 2));
    }
}
