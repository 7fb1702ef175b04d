namespace EndpointSync;

/// <summary>All silos and workers that are notified of a registry's versions.</summary>
/// <param name="Version">The newest version.</param>
/// <param name="Subscribers">The silos, then the workers, each in the order of their names.</param>
/// <param name="Next">The cursor of the next page; null if this is the last.</param>
public sealed record SubscriberList(
    RouteVersion Version, IReadOnlyList<Subscriber> Subscribers, string? Next = null);
