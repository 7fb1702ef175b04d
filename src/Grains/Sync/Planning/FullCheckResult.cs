namespace EndpointSync.Grains.Sync.Planning;

/// <summary>The result of a full check of a registry.</summary>
/// <param name="EndpointIds">Every endpoint whose rows are not obviously the declared ones.</param>
/// <param name="Waiting">Those among them that were only edited: their routes equal the newest version.</param>
/// <param name="Keys">The keys of rows that differ from the newest version.</param>
internal sealed record FullCheckResult(
    IReadOnlySet<int> EndpointIds, IReadOnlySet<int> Waiting, IReadOnlyList<string> Keys);
