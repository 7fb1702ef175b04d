namespace EndpointSync.WebConsole.Fleet;

/// <summary>
/// What is known of a registry at one moment. What cannot be read is null, and <see cref="Failure"/> has the reason.
/// </summary>
/// <param name="Registry">The registry's name.</param>
/// <param name="Status">What its database says.</param>
/// <param name="Subscribers">What silos and workers serve; it is known without the database.</param>
/// <param name="Last">The receipt of the newest version; null too before the first sync.</param>
/// <param name="Failure">Why something cannot be read.</param>
public sealed record RegistrySummary(
    string Registry, RegistryStatus? Status, SubscriberList? Subscribers, VersionReceipt? Last, string? Failure)
{
    private ServedShare? _share;

    /// <summary>The newest version that anybody knows.</summary>
    public RouteVersion Newest =>
        Status is not null && Status.Version > (Subscribers?.Version ?? default)
            ? Status.Version
            : Subscribers?.Version ?? default;

    /// <summary>
    /// Who serves the newest version, and who does not. A page asks for it often, so it is counted once.
    /// </summary>
    public ServedShare Share => _share ??= ServedShare.Of(Subscribers?.Subscribers ?? [], Newest, Waits);

    /// <summary>Whether a worker serves what it should while the newest version was not given to its ring.</summary>
    public bool Waits(Subscriber subscriber) =>
        Status?.Rollout is { } rollout
        && subscriber.Kind == SubscriberKind.Worker
        && !subscriber.Serves(Newest)
        && subscriber.Serves(rollout.HeldVersion)
        && !rollout.Rings.Any(ring => ring.Ring == subscriber.Ring && ring.GivenAt is not null);
}
