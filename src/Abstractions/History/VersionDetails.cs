namespace EndpointSync;

/// <summary>A version, and which writers outside the cluster led to it.</summary>
/// <param name="Receipt">What the sync that made it did.</param>
/// <param name="Writes">
/// The statements of other writers that it took over or undid, newest first, as far as they are kept.
/// </param>
public sealed record VersionDetails(VersionReceipt Receipt, IReadOnlyList<ForeignWrite> Writes);
