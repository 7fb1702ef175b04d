namespace EndpointSync.WebConsole.Fleet;

/// <summary>How many silos and workers serve a version.</summary>
/// <param name="Total">All of them.</param>
/// <param name="Serving">Those that serve it, or a newer one.</param>
/// <param name="Late">Those that serve an older one, report no problem, and wait for nothing.</param>
/// <param name="Waiting">Those whose ring was not given it yet.</param>
/// <param name="Refusing">Those that report why they do not serve it.</param>
/// <param name="Workers">How many of all are workers.</param>
/// <param name="Lag">How many versions the last of them is behind.</param>
public sealed record ServedShare(int Total, int Serving, int Late, int Waiting, int Refusing, int Workers, long Lag)
{
    /// <summary>The share for a version.</summary>
    /// <param name="subscribers">All silos and workers.</param>
    /// <param name="version">The version.</param>
    /// <param name="waits">Whether one without it waits for its ring.</param>
    public static ServedShare Of(
        IReadOnlyList<Subscriber> subscribers, RouteVersion version, Func<Subscriber, bool> waits)
    {
        var waiting = subscribers.Count(waits);
        var refusing = subscribers.Count(subscriber => subscriber.Problem is not null);
        var serving = subscribers.Count(subscriber => subscriber.Serves(version));
        var oldest = subscribers.Where(subscriber => subscriber.Problem is null)
            .Select(subscriber => subscriber.Version.Value).DefaultIfEmpty(version.Value).Min();
        return new ServedShare(
            subscribers.Count, serving, subscribers.Count - serving - waiting - refusing, waiting, refusing,
            subscribers.Count(subscriber => subscriber.Kind == SubscriberKind.Worker),
            Math.Max(0, version.Value - oldest));
    }
}
