namespace EndpointSync.Wire;

/// <summary>Announces to a silo that a registry is at a version or past it.</summary>
/// <param name="Registry">The registry's name.</param>
/// <param name="Version">The version; the database may have a newer one by now.</param>
/// <param name="Delta">
/// The changes to that version, if they are few. A silo that is not at their first version reads the changes from the
/// database.
/// </param>
[GenerateSerializer, Immutable, Alias("endpointsync.route-publication")]
internal sealed record RoutePublication(
    [property: Id(0)] string Registry, [property: Id(1)] RouteVersion Version, [property: Id(2)] RouteDelta? Delta)
{
    /// <summary>The sync that made the version, as a place in a trace; null if nobody traces it.</summary>
    [Id(3)] public string? Trace { get; init; }

    public RoutePublication(string registry, RouteDelta delta)
        : this(registry, delta.To, delta)
    {
    }

    /// <summary>
    /// Merges two publications: the newer version, with the joined delta if both deltas are known and follow each
    /// other.
    /// </summary>
    public RoutePublication Then(RoutePublication next)
    {
        var (older, newer) = next.Version > Version ? (this, next) : (next, this);
        return older.Delta is { } first && newer.Delta is { } second && first.To == second.From
            ? newer with { Delta = RouteDelta.Join([first, second]) }
            : newer;
    }
}
