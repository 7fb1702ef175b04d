namespace EndpointSync;

/// <summary>Whether a rollout runs, or how it ended.</summary>
[GenerateSerializer, Alias("endpointsync.rollout-state")]
public enum RolloutState
{
    /// <summary>A ring is watched.</summary>
    Running = 0,

    /// <summary>A rule was broken. No further ring is given the version, and it is being taken back.</summary>
    TakingBack = 1,

    /// <summary>Every worker is given the version.</summary>
    Completed = 2,

    /// <summary>Every worker is given the table from before, as a new version.</summary>
    TakenBack = 3,

    /// <summary>An operator ended it with a rollback or an unpin.</summary>
    Stopped = 4,
}
