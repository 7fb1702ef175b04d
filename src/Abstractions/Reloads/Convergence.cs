namespace EndpointSync;

/// <summary>Whether all subscribers that were waited for serve a version.</summary>
[GenerateSerializer, Immutable, Alias("endpointsync.convergence")]
public sealed record Convergence
{
    /// <summary>The version that was waited for; a subscriber that serves a newer one also counts.</summary>
    [Id(0)] public required RouteVersion Version { get; init; }

    /// <summary>Which subscribers were waited for.</summary>
    [Id(1)] public required WaitFor WaitedFor { get; init; }

    /// <summary>How long the wait took, successful or not.</summary>
    [Id(2)] public required TimeSpan Elapsed { get; init; }

    /// <summary>How many silos serve the version.</summary>
    [Id(3)] public required int Silos { get; init; }

    /// <summary>How many workers serve the version; 0 if workers were not waited for.</summary>
    [Id(4)] public required int Workers { get; init; }

    /// <summary>
    /// The subscribers that do not serve the version, each with the version that it serves and the reason.
    /// </summary>
    [Id(5)] public required IReadOnlyList<Subscriber> Missing { get; init; }

    /// <summary>Whether all of them serve the version.</summary>
    public bool Reached => Missing.Count == 0;
}
