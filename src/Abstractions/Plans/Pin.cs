namespace EndpointSync;

/// <summary>
/// An operator's order to publish one table until it is taken back. Edits of endpoints and other writers' changes are
/// kept, and wait.
/// </summary>
/// <param name="Version">The version that has the pinned table now.</param>
/// <param name="ToVersion">The version whose table it is.</param>
/// <param name="By">Who pinned the registry: the name of a key, a token or a certificate.</param>
/// <param name="At">When, by the database's clock.</param>
/// <param name="Reason">Why, in that person's words.</param>
/// <param name="WaitingChanges">How many routes would be added, changed or removed without the pin.</param>
[GenerateSerializer, Immutable, Alias("endpointsync.pin")]
public sealed record Pin(
    [property: Id(0)] RouteVersion Version, [property: Id(1)] RouteVersion ToVersion, [property: Id(2)] string By,
    [property: Id(3)] DateTimeOffset At, [property: Id(4)] string Reason, [property: Id(5)] int WaitingChanges);
