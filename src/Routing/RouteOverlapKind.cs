namespace EndpointSync.Routing;

/// <summary>How two rules conflict.</summary>
public enum RouteOverlapKind
{
    /// <summary>Both match the same paths in the same way: the second never answers the shared methods.</summary>
    Duplicate,

    /// <summary>
    /// They differ at variables of equal weight that can match the same text, so that only the order of their keys
    /// decides which is tried first.
    /// </summary>
    Ambiguous,
}
