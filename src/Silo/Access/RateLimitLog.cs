using EndpointSync.Core;

namespace EndpointSync.Silo.Access;

/// <summary>Names the callers that are beyond their limits, each once a minute.</summary>
internal sealed partial class RateLimitLog(TimeProvider clock, ILogger<RateLimitLog> logger)
{
    private readonly ReminderFilter _refused = new(clock);

    /// <param name="bucket">What is limited.</param>
    /// <param name="caller">Who is over the limit.</param>
    public void Refused(string bucket, string caller)
    {
        if (_refused.IsDue(bucket))
        {
            LogRefused(caller);
        }
    }

    [LoggerMessage(
        2020, LogLevel.Warning,
        "Answered 429 to {Caller}, who asks more often than EndpointSync:Http:Limits allows")]
    private partial void LogRefused(LogText caller);
}
