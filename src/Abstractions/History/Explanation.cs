namespace EndpointSync;

/// <summary>Which rule answers a request, and why others do not, in each version that somebody serves.</summary>
/// <param name="Method">The method of the request.</param>
/// <param name="Path">The path that is matched: without the query, and decoded.</param>
/// <param name="Versions">
/// The newest version first, then each other one that a silo or a worker serves. Unless all serve the newest one, they
/// may answer differently.
/// </param>
public sealed record Explanation(string Method, string Path, IReadOnlyList<ExplainedVersion> Versions);
