namespace EndpointSync;

/// <summary>Everybody who is told of a registry's versions.</summary>
/// <param name="Version">The newest version.</param>
/// <param name="Subscribers">Silos first, then workers, each in the order of their names.</param>
public sealed record SubscriberList(RouteVersion Version, IReadOnlyList<Subscriber> Subscribers);
