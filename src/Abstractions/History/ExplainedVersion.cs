namespace EndpointSync;

/// <summary>What one version answers to a request.</summary>
public sealed record ExplainedVersion
{
    /// <summary>The version.</summary>
    public required RouteVersion Version { get; init; }

    /// <summary>The silos and workers that serve it, at most a hundred.</summary>
    public required IReadOnlyList<string> ServedBy { get; init; }

    /// <summary>How many silos and workers serve it.</summary>
    public required int ServedByCount { get; init; }

    /// <summary>
    /// <c>Found</c>, <c>NotFound</c> (404), <c>MethodNotAllowed</c> (405) or <c>Redirect</c> (308 to the path with its
    /// double slashes merged, unless the worker's setting is otherwise); <c>Unknown</c> if this version is not kept any
    /// more.
    /// </summary>
    public required string Outcome { get; init; }

    /// <summary>The values of the variables of the rule that answers, by name; null if none answers.</summary>
    public IReadOnlyDictionary<string, string>? Values { get; init; }

    /// <summary>
    /// The rules that match the path, in the order in which they are tried, and then those that come closest: at most
    /// twenty.
    /// </summary>
    public IReadOnlyList<ExplainedRule> Rules { get; init; } = [];
}
