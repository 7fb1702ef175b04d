namespace EndpointSync;

/// <summary>What writers outside the cluster did to a registry's routes.</summary>
/// <param name="Total">How many of their statements changed routes since the registry was installed.</param>
/// <param name="Unlocked">How many of those were made without the registry's lock.</param>
/// <param name="Writes">The last few hundred, newest first.</param>
/// <param name="Disputes">Endpoints whose routes another writer makes wrong again and again.</param>
public sealed record WriterList(long Total, long Unlocked, IReadOnlyList<ForeignWrite> Writes, IReadOnlyList<Dispute> Disputes);
