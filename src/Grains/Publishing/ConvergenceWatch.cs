namespace EndpointSync.Grains.Publishing;

/// <summary>
/// Asks every active silo who serves what. Who has to serve a version is looked up anew in each round, so a silo that dies, a worker whose lease
/// ends and one that moves to another silo are noticed while somebody waits.
/// </summary>
internal sealed class ConvergenceWatch(RouteTableClient silos, TimeProvider clock)
{
    // How long a silo waits for its own subscribers before it answers, and so how late a change of the list may be noticed.
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(250);

    // What the way there and back may take on top of it.
    private static readonly TimeSpan Way = TimeSpan.FromSeconds(1);

    // Between two rounds when silos answer at once without serving: those that cannot be reached, above all.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until everybody asked for serves a version, or the time is over.</summary>
    public async Task<Convergence> WaitAsync(
        string registry, RouteVersion version, WaitFor waitFor, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            var left = timeout - clock.GetElapsedTime(started);
            var subscribers = await AskAsync(registry, version, waitFor, left < Round ? left : Round);
            cancellationToken.ThrowIfCancellationRequested();
            var elapsed = clock.GetElapsedTime(started);
            if (elapsed >= timeout || subscribers.All(subscriber => subscriber.Serves(version)))
            {
                return Report(version, waitFor, elapsed, subscribers);
            }

            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    /// <summary>Everybody who is told of a registry's versions.</summary>
    public async Task<SubscriberList> ListAsync(string registry)
    {
        var subscribers = await AskAsync(registry, RouteVersion.None, WaitFor.Workers, TimeSpan.Zero);
        var newest = subscribers.Select(subscriber => subscriber.Version).Max();
        return new SubscriberList(newest, Lagging(subscribers, newest));
    }

    private static Convergence Report(RouteVersion version, WaitFor waitFor, TimeSpan elapsed, List<Subscriber> subscribers) => new()
    {
        Version = version,
        WaitedFor = waitFor,
        Elapsed = elapsed,
        Silos = subscribers.Count(subscriber => subscriber.Kind == SubscriberKind.Silo && subscriber.Serves(version)),
        Workers = subscribers.Count(subscriber => subscriber.Kind == SubscriberKind.Worker && subscriber.Serves(version)),
        Missing = Lagging(subscribers.Where(subscriber => !subscriber.Serves(version)), version),
    };

    private static List<Subscriber> Lagging(IEnumerable<Subscriber> subscribers, RouteVersion newest) =>
    [
        .. subscribers.Select(subscriber => subscriber with { Lag = Math.Max(0, newest.Value - subscriber.Version.Value) })
            .OrderBy(subscriber => subscriber.Kind).ThenBy(subscriber => subscriber.Name, StringComparer.Ordinal),
    ];

    // A worker that went over to another silo counts as the silo says that heard of it last.
    private async Task<List<Subscriber>> AskAsync(string registry, RouteVersion version, WaitFor waitFor, TimeSpan patience)
    {
        var answers = await Task.WhenAll(silos.ActiveSilos.Select(silo => AskAsync(silo, registry, version, waitFor, patience)));
        return [.. answers.SelectMany(answer => answer).GroupBy(subscriber => subscriber.Id).Select(heard => heard.MinBy(subscriber => subscriber.LastHeard)!)];
    }

    private async Task<List<Subscriber>> AskAsync(ClusterMember silo, string registry, RouteVersion version, WaitFor waitFor, TimeSpan patience)
    {
        try
        {
            return await silos.On(silo.SiloAddress).SubscribersAsync(registry, version, waitFor, patience).WaitAsync(patience + Way, clock);
        }
        catch (Exception failure)
        {
            return [Silent(silo, failure)];
        }
    }

    private static Subscriber Silent(ClusterMember silo, Exception failure) => new()
    {
        Kind = SubscriberKind.Silo,
        Name = silo.Name,
        Id = silo.SiloAddress.ToParsableString(),
        Silo = silo.Name,
        Version = RouteVersion.None,
        Since = default,
        Problem = failure is TimeoutException ? "it does not answer" : failure.Message,
    };
}
