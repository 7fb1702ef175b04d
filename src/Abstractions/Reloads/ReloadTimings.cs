namespace EndpointSync;

/// <summary>How long each step of a reload took, in wall-clock time on the silo that ran the sync.</summary>
[GenerateSerializer, Immutable, Alias("endpointsync.reload-timings")]
public sealed record ReloadTimings
{
    /// <summary>When the sync began, by that silo's clock.</summary>
    [Id(0)] public DateTimeOffset StartedAt { get; init; }

    /// <summary>From the first statement to the answer, including retries.</summary>
    [Id(1)] public TimeSpan Total { get; init; }

    /// <summary>
    /// How many times the sync was tried; more than 1 if Postgres reported a conflict or a lost connection that is safe
    /// to retry.
    /// </summary>
    [Id(2)] public int Attempts { get; init; }

    /// <summary>How long the attempt that committed held the lock; zero if the lock was not needed.</summary>
    [Id(3)] public TimeSpan LockHeld { get; init; }

    /// <summary>
    /// How long this caller waited for the registry's lock before the sync began; zero if it did not wait.
    /// </summary>
    [Id(4)] public TimeSpan LockWait { get; init; }
}
