namespace EndpointSync;

/// <summary>What became of one ring in a rollout.</summary>
[GenerateSerializer, Immutable, Alias("endpointsync.rollout-ring")]
public sealed record RolloutRing
{
    /// <summary>The ring's label.</summary>
    [Id(0)] public required string Ring { get; init; }

    /// <summary>When it was given the version; null if it was not.</summary>
    [Id(1)] public DateTimeOffset? GivenAt { get; init; }

    /// <summary>When it was decided whether the rollout goes on; null if it was not.</summary>
    [Id(2)] public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>Whether the rollout went on; null before the decision.</summary>
    [Id(3)] public bool? Passed { get; init; }

    /// <summary>Why; null before the decision.</summary>
    [Id(4)] public string? Decision { get; init; }

    /// <summary>How many workers of the ring served the version when it was decided.</summary>
    [Id(5)] public int Workers { get; init; }

    /// <summary>What those workers answered by the version until then.</summary>
    [Id(6)] public VersionAnswers? Answers { get; init; }

    /// <summary>What all workers had answered by the held version until then.</summary>
    [Id(7)] public VersionAnswers? HeldAnswers { get; init; }
}
