using EndpointSync.Publishing;

namespace EndpointSync.Grains.Publishing;

/// <summary>Tells a silo that a registry is at least at a version.</summary>
/// <param name="Registry">The registry's name.</param>
/// <param name="Version">The version; the database may have a newer one by now.</param>
/// <param name="Delta">What leads there, if it is little; a silo that is not where it begins reads what it lacks.</param>
[GenerateSerializer, Immutable, Alias("EndpointSync.RoutePublication")]
internal sealed record RoutePublication([property: Id(0)] string Registry, [property: Id(1)] RouteVersion Version, [property: Id(2)] RouteDelta? Delta)
{
    public RoutePublication(string registry, RouteDelta delta)
        : this(registry, delta.To, delta)
    {
    }

    /// <summary>One publication for two: the newer version, with all that leads there if both know.</summary>
    public RoutePublication Then(RoutePublication next)
    {
        var (older, newer) = next.Version > Version ? (this, next) : (next, this);
        return older.Delta is { } first && newer.Delta is { } second && first.To == second.From ? newer with { Delta = RouteDelta.Join([first, second]) } : newer;
    }
}
