namespace EndpointSync;

/// <summary>
/// A version that one ring of workers after the other is given. The workers of rings that it has not reached keep the
/// version from before.
/// </summary>
[GenerateSerializer, Immutable, Alias("endpointsync.rollout")]
public sealed record Rollout
{
    /// <summary>The version that is rolled out.</summary>
    [Id(0)] public required RouteVersion Version { get; init; }

    /// <summary>What the rings that were not given the version keep.</summary>
    [Id(1)] public required RouteVersion HeldVersion { get; init; }

    /// <summary>Whether it runs, or how it ended.</summary>
    [Id(2)] public required RolloutState State { get; init; }

    /// <summary>Why it was taken back; null if it was not.</summary>
    [Id(3)] public string? Reason { get; init; }

    /// <summary>The rings in the order in which they are given the version.</summary>
    [Id(4)] public required IReadOnlyList<RolloutRing> Rings { get; init; }

    /// <summary>How long each ring is watched before the next one is given the version.</summary>
    [Id(5)] public required TimeSpan Hold { get; init; }

    /// <summary>The rules that take the version back, such as <c>miss&gt;1%|error&gt;1%|problem</c>.</summary>
    [Id(6)] public required string AbortOn { get; init; }

    /// <summary>Who asked for it: the name of a key, a token or a certificate.</summary>
    [Id(7)] public required string By { get; init; }

    /// <summary>When it began, by the database's clock.</summary>
    [Id(8)] public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended; null while it runs.</summary>
    [Id(9)] public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Whether workers of different rings may serve different versions because of it.</summary>
    public bool IsRunning => EndedAt is null;
}
