namespace EndpointSync;

/// <summary>The changes of a registry's routes by writers outside the cluster.</summary>
/// <param name="Total">How many of their statements changed routes since the registry was installed.</param>
/// <param name="Unlocked">How many of those statements ran without the registry's lock.</param>
/// <param name="Writes">The last few hundred, newest first.</param>
/// <param name="RepairBackoffs">Endpoints whose repairs another writer keeps undoing.</param>
public sealed record WriterList(
    long Total, long Unlocked, IReadOnlyList<ForeignWrite> Writes, IReadOnlyList<RepairBackoff> RepairBackoffs);
