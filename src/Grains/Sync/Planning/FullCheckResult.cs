namespace EndpointSync.Grains.Sync.Planning;

/// <summary>The result of a full check of a registry.</summary>
/// <param name="EndpointIds">Every endpoint whose rows are not obviously the declared ones.</param>
/// <param name="Unflagged">Those among them whose flag does not say that their routes are published.</param>
/// <param name="Keys">The keys of rows that differ from the newest version.</param>
internal sealed record FullCheckResult(
    IReadOnlySet<int> EndpointIds, IReadOnlySet<int> Unflagged, IReadOnlyList<string> Keys);
