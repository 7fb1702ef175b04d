namespace EndpointSync.Publishing;

/// <summary>A route as silos and workers serve it.</summary>
[GenerateSerializer, Immutable, Alias("EndpointSync.PublishedRoute")]
internal sealed record PublishedRoute
{
    /// <summary>The row's key.</summary>
    [Id(0)] public required string Key { get; init; }

    /// <summary>Its Werkzeug rules.</summary>
    [Id(1)] public required IReadOnlyList<string> Rules { get; init; }

    /// <summary>The HTTP methods that it answers; all if there is none.</summary>
    [Id(2)] public required IReadOnlyList<string> Methods { get; init; }

    /// <summary>The app of the endpoint that declares it; null for a route of another consumer.</summary>
    [Id(3)] public string? App { get; init; }

    /// <summary>What it contributes to the table's hash.</summary>
    [Id(4)] public required ContentHash Hash { get; init; }

    /// <summary>Why nothing is routed by it, if the row cannot be read; it is part of the version all the same.</summary>
    [Id(5)] public string? Problem { get; init; }
}
