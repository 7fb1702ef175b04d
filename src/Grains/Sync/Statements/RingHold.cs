using EndpointSync.Wire;

namespace EndpointSync.Grains.Sync.Statements;

/// <summary>While a rollout runs: which rings are given the newest version, and what all others keep.</summary>
/// <param name="Held">The table that the others keep.</param>
/// <param name="ReachedRings">The rings that are given the newest version, with commas between them.</param>
internal sealed record RingHold(RouteTableId Held, string ReachedRings)
{
    public bool IsReached(string ring) => ReachedRings.Split(',').Contains(ring, StringComparer.Ordinal);
}

/// <summary>The newest table of the database.</summary>
/// <param name="Table">The table.</param>
/// <param name="Hold">Which rings are not given it; null unless a rollout runs.</param>
internal sealed record NewestTable(RouteTableId Table, RingHold? Hold);
