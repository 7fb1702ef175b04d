namespace EndpointSync;

/// <summary>Whether everybody who was waited for serves a version.</summary>
[GenerateSerializer, Immutable, Alias("EndpointSync.Convergence")]
public sealed record Convergence
{
    /// <summary>The version that was waited for; whoever serves a newer one serves it too.</summary>
    [Id(0)] public required RouteVersion Version { get; init; }

    /// <summary>Who was waited for.</summary>
    [Id(1)] public required WaitFor WaitedFor { get; init; }

    /// <summary>How long that took, or how long it was waited in vain.</summary>
    [Id(2)] public required TimeSpan Elapsed { get; init; }

    /// <summary>How many silos serve it.</summary>
    [Id(3)] public required int Silos { get; init; }

    /// <summary>How many workers serve it; 0 if they were not waited for.</summary>
    [Id(4)] public required int Workers { get; init; }

    /// <summary>Those that do not serve it, with the version that they serve and why.</summary>
    [Id(5)] public required IReadOnlyList<Subscriber> Missing { get; init; }

    /// <summary>Whether all serve it.</summary>
    public bool Reached => Missing.Count == 0;
}
