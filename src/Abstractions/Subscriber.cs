namespace EndpointSync;

/// <summary>A silo or a worker process that is told of each version, and the version that it says it serves.</summary>
[GenerateSerializer, Immutable, Alias("EndpointSync.Subscriber")]
public sealed record Subscriber
{
    /// <summary>What it is.</summary>
    [Id(0)] public required SubscriberKind Kind { get; init; }

    /// <summary>What people call it.</summary>
    [Id(1)] public required string Name { get; init; }

    /// <summary>Names one process from its start to its end.</summary>
    [Id(2)] public required string Id { get; init; }

    /// <summary>The silo that it is told by; a silo's own name.</summary>
    [Id(3)] public required string Silo { get; init; }

    /// <summary>The version that it serves; 0 while it has no routes.</summary>
    [Id(4)] public required RouteVersion Version { get; init; }

    /// <summary>Since when it says so, by its silo's clock.</summary>
    [Id(5)] public required DateTimeOffset Since { get; init; }

    /// <summary>How many versions it is behind the newest one.</summary>
    [Id(6)] public long Lag { get; init; }

    /// <summary>How long ago it was last heard of.</summary>
    [Id(7)] public TimeSpan LastHeard { get; init; }

    /// <summary>Why it does not serve a newer version, or cannot serve all of this one; null if nothing is wrong.</summary>
    [Id(8)] public string? Problem { get; init; }

    /// <summary>
    /// Whether it serves a version, or a newer one. Nobody does who has a problem: a worker's requests are not all answered as the version says, and
    /// what a silo serves may not be what the database calls by that number.
    /// </summary>
    public bool Serves(RouteVersion version) => Version >= version && Problem is null;
}
