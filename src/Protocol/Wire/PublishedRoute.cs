namespace EndpointSync.Wire;

/// <summary>A route as silos and workers serve it.</summary>
internal sealed record PublishedRoute
{
    /// <summary>The row's key.</summary>
    public required string Key { get; init; }

    /// <summary>The route's Werkzeug rules.</summary>
    public required IReadOnlyList<string> Rules { get; init; }

    /// <summary>The HTTP methods that the route answers; empty for all methods.</summary>
    public required IReadOnlyList<string> Methods { get; init; }

    /// <summary>The app of the endpoint that declares the route; null for a route of another consumer.</summary>
    public string? App { get; init; }

    /// <summary>The route's contribution to the table's hash.</summary>
    public required ContentHash Hash { get; init; }

    /// <summary>
    /// Why the row cannot be read and nothing is routed by it; null if it can. The row is part of the version either
    /// way.
    /// </summary>
    public string? Problem { get; init; }

    /// <summary>About how much the route adds to a message, in characters.</summary>
    public int Weight => Key.Length + Rules.Sum(rule => rule.Length) + Methods.Sum(method => method.Length);
}
