namespace EndpointSync;

/// <summary>One page of a registry's versions, newest first.</summary>
/// <param name="Versions">The versions.</param>
/// <param name="Next">The cursor of the next page; null if this is the last.</param>
public sealed record VersionPage(IReadOnlyList<VersionReceipt> Versions, RouteVersion? Next);
