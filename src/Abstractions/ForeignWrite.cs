namespace EndpointSync;

/// <summary>What a writer outside the cluster did to routes, and what became of it.</summary>
public sealed record ForeignWrite
{
    /// <summary>Who.</summary>
    public required ForeignWriter Writer { get; init; }

    /// <summary>When the statement ran, by the database's clock.</summary>
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>The statement: INSERT, UPDATE, DELETE or TRUNCATE.</summary>
    public required string Operation { get; init; }

    /// <summary>The keys of the rows it changed; null if they were too many to be listed.</summary>
    public required IReadOnlyList<string>? Keys { get; init; }

    /// <summary>Whether the writer held the registry's lock.</summary>
    public required bool Locked { get; init; }

    /// <summary><c>adopted</c>: the endpoints say the same, or do not concern the rows. <c>repaired</c>: the endpoints say something else.</summary>
    public required string Verdict { get; init; }

    /// <summary>The version that was made of it; null if the newest one said the same already.</summary>
    public required RouteVersion? Version { get; init; }
}
