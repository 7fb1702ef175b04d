namespace EndpointSync.Routing;

/// <summary>Why a rule answers a request or does not.</summary>
public enum RouteCandidateKind
{
    /// <summary>It answers.</summary>
    Answers,

    /// <summary>It matches the path, but does not have the method.</summary>
    OtherMethod,

    /// <summary>It matches path and method, but refuses a value. No other rule is tried after it.</summary>
    RefusedValue,

    /// <summary>It would answer, but another rule is tried before it.</summary>
    Later,

    /// <summary>It does not match the path, and comes closest to it.</summary>
    OtherPath,
}
