namespace EndpointSync.Routing;

/// <summary>How two rules get in each other's way.</summary>
public enum RouteOverlapKind
{
    /// <summary>Both match the same paths in the same way: the second never answers the methods that they share.</summary>
    Duplicate,

    /// <summary>
    /// They part at variables that weigh the same and can match the same text, so that nothing but the order of their keys decides which is
    /// tried first.
    /// </summary>
    Ambiguous,
}
