namespace EndpointSync.Cli.Api;

/// <summary>A version that one ring of workers after the other is given.</summary>
internal sealed record Rollout(
    long Version, long HeldVersion, string State, IReadOnlyList<RolloutRing> Rings, TimeSpan Hold, string AbortOn,
    string By, DateTimeOffset StartedAt, bool IsRunning, string? Reason = null, DateTimeOffset? EndedAt = null);

/// <summary>What became of one ring.</summary>
internal sealed record RolloutRing(
    string Ring, long Workers, DateTimeOffset? GivenAt = null, DateTimeOffset? DecidedAt = null, bool? Passed = null,
    string? Decision = null, VersionAnswers? Answers = null, VersionAnswers? HeldAnswers = null);

/// <summary>How many requests one version's routes have answered.</summary>
internal sealed record VersionAnswers(long Version, long Requests, long Misses, long Errors);
