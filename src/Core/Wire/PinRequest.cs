namespace EndpointSync.Wire;

/// <summary>
/// A rollback, which pins the registry, or the end of a pin. To carry it out twice does what once does.
/// </summary>
/// <param name="Id">
/// Names the request, so that a silo that carries it out again, because an answer was lost, finds it done.
/// </param>
/// <param name="Seen">The newest version as the caller saw it; with another one nothing is done.</param>
/// <param name="To">The version whose table is to be published; null to end the pin.</param>
/// <param name="By">Who asks.</param>
/// <param name="Reason">Why; empty for the end of a pin.</param>
/// <param name="AllowMassRemoval">Whether the sync after the end of a pin may remove most of the routes.</param>
[GenerateSerializer, Immutable, Alias("endpointsync.pin-request")]
internal sealed record PinRequest(
    [property: Id(0)] Guid Id, [property: Id(1)] RouteVersion Seen, [property: Id(2)] RouteVersion? To,
    [property: Id(3)] string By, [property: Id(4)] string Reason, [property: Id(5)] bool AllowMassRemoval = false)
{
    /// <summary>The reload that follows the end of a pin.</summary>
    public ReloadRequest Reload => new(AllowMassRemoval: AllowMassRemoval);
}
