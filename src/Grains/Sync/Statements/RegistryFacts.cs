namespace EndpointSync.Grains.Sync.Statements;

/// <summary>Some numbers of a registry, as the last poll read them.</summary>
/// <param name="Version">The newest version.</param>
/// <param name="Quarantined">How many endpoints cannot be routed.</param>
/// <param name="Backoffs">How many endpoints' repairs are delayed now.</param>
/// <param name="ForeignWrites">How many statements of other writers changed routes.</param>
/// <param name="UnlockedWrites">How many of them ran without the lock.</param>
/// <param name="Versions">How many versions are kept.</param>
/// <param name="PendingSyncs">How many reloads were answered without a sync that is still due.</param>
/// <param name="PinnedTo">The version whose table is pinned; null if none is.</param>
/// <param name="IsTracked">Whether the triggers are there that record other writers' changes.</param>
internal sealed record RegistryFacts(
    long Version, long Quarantined, long Backoffs, long ForeignWrites, long UnlockedWrites, long Versions,
    long PendingSyncs, long? PinnedTo, bool IsTracked);
