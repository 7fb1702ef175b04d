namespace EndpointSync;

/// <summary>Where the time of a reload went; all spans are wall-clock time on the silo that ran the sync.</summary>
[GenerateSerializer, Immutable, Alias("EndpointSync.ReloadTimings")]
public sealed record ReloadTimings
{
    /// <summary>When the sync began, by that silo's clock.</summary>
    [Id(0)] public DateTimeOffset StartedAt { get; init; }

    /// <summary>From the first statement to the answer, retries included.</summary>
    [Id(1)] public TimeSpan Total { get; init; }

    /// <summary>How many times the sync was tried; 1 unless Postgres reported a conflict or a lost connection that is safe to retry.</summary>
    [Id(2)] public int Attempts { get; init; }

    /// <summary>How long the lock was held by the attempt that committed; zero when none was needed.</summary>
    [Id(3)] public TimeSpan LockHeld { get; init; }
}
