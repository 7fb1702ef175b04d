namespace EndpointSync;

/// <summary>A statement by a writer outside the cluster that changed routes, and its outcome.</summary>
public sealed record ForeignWrite
{
    /// <summary>The session that wrote.</summary>
    public required ForeignWriter Writer { get; init; }

    /// <summary>When the statement ran, by the database's clock.</summary>
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>The kind of statement: INSERT, UPDATE, DELETE or TRUNCATE.</summary>
    public required string Operation { get; init; }

    /// <summary>The keys of the changed rows; null if there were too many to list.</summary>
    public required IReadOnlyList<string>? Keys { get; init; }

    /// <summary>Whether the writer held the registry's lock.</summary>
    public required bool Locked { get; init; }

    /// <summary>
    /// <c>adopted</c>: the rows match the endpoints, or belong to no endpoint. <c>repaired</c>: the rows contradicted
    /// the endpoints.
    /// </summary>
    public required string Outcome { get; init; }

    /// <summary>
    /// The version that contains the outcome; null if the newest version already had the same routes.
    /// </summary>
    public required RouteVersion? Version { get; init; }
}
