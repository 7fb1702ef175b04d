namespace EndpointSync;

/// <summary>
/// A silo or worker process that is notified of each version, and the version that it reports to serve.
/// </summary>
[GenerateSerializer, Immutable, Alias("endpointsync.subscriber")]
public sealed record Subscriber
{
    /// <summary>Silo or worker.</summary>
    [Id(0)] public required SubscriberKind Kind { get; init; }

    /// <summary>The display name.</summary>
    [Id(1)] public required string Name { get; init; }

    /// <summary>Identifies one process from its start to its end.</summary>
    [Id(2)] public required string Id { get; init; }

    /// <summary>The silo that a worker is connected to; for a silo, its own name.</summary>
    [Id(3)] public required string Silo { get; init; }

    /// <summary>The version that the subscriber serves; 0 while it has no routes.</summary>
    [Id(4)] public required RouteVersion Version { get; init; }

    /// <summary>Since when the subscriber has reported that version, by its silo's clock.</summary>
    [Id(5)] public required DateTimeOffset Since { get; init; }

    /// <summary>How many versions the subscriber is behind the newest one.</summary>
    [Id(6)] public long Lag { get; init; }

    /// <summary>The time since the subscriber's last report.</summary>
    [Id(7)] public TimeSpan SilentFor { get; init; }

    /// <summary>
    /// Why the subscriber does not serve a newer version, or cannot serve all of this one; null if nothing is wrong.
    /// </summary>
    [Id(8)] public string? Problem { get; init; }

    /// <summary>The ring of a worker; null for a silo.</summary>
    [Id(9)] public string? Ring { get; init; }

    /// <summary>
    /// What a worker has answered by its table and by the one before it; null unless a rollout runs.
    /// </summary>
    [Id(10)] public IReadOnlyList<VersionAnswers>? Answers { get; init; }

    /// <summary>
    /// Whether the subscriber serves a version, or a newer one. A subscriber with a problem never does: a worker may
    /// not answer all requests by that version, and a silo's table may differ from the database's table of the same
    /// number.
    /// </summary>
    public bool Serves(RouteVersion version) => Version >= version && Problem is null;
}
