namespace EndpointSync.Grains.Publishing;

/// <summary>This silo and the workers that it tells, as subscribers.</summary>
internal sealed class LocalSubscribers(PublishedRegistries registries, ILocalSiloDetails silo, TimeProvider clock)
{
    /// <summary>Waits until all of them serve a version.</summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="version">The version; 0 to be answered at once.</param>
    /// <param name="waitFor">Whether workers are among them.</param>
    /// <param name="patience">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>All of them as they are now.</returns>
    public async Task<List<Subscriber>> WhenServedAsync(
        string registry, RouteVersion version, WaitFor waitFor, TimeSpan patience, CancellationToken cancellationToken)
    {
        var published = registries.Get(registry);
        var started = clock.GetTimestamp();
        while (true)
        {
            var changed = Task.WhenAny(published.Routes.Changed, published.Workers.Changed);
            var subscribers = List(published, waitFor);
            var left = patience - clock.GetElapsedTime(started);
            if (left <= TimeSpan.Zero || subscribers.All(subscriber => subscriber.Serves(version)))
            {
                return subscribers;
            }

            await Task.WhenAny(changed, Task.Delay(left, clock, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private List<Subscriber> List(PublishedRegistry published, WaitFor waitFor) =>
        [Self(published.Routes), .. waitFor == WaitFor.Workers ? published.Workers.List(silo.Name) : []];

    private Subscriber Self(RegistryRoutes routes) => new()
    {
        Kind = SubscriberKind.Silo,
        Name = silo.Name,
        Id = silo.SiloAddress.ToParsableString(),
        Silo = silo.Name,
        Version = routes.Version,
        Since = routes.Since,
        Problem = routes.Problem,
    };
}
