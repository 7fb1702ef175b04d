using Orleans.Concurrency;

namespace EndpointSync.Wire;

/// <summary>
/// Gives clients and workers a silo's routes of one registry; <see cref="FeedProtocol"/> maps the grain's key to the
/// registry. Every silo has its own activation, and a caller reaches the one on the silo of its gateway.
/// </summary>
[Alias("endpointsync.route-feed"), GrainInterfaceType("endpointsync.route-feed")]
internal interface IRouteFeedGrain : IGrainWithStringKey
{
    /// <summary>
    /// Takes a worker's report, and answers as soon as the silo serves a newer table than the worker has: at once, or
    /// within <see cref="FeedProtocol.LongPollTimeout"/> with nothing new. Each call renews the worker's lease. A
    /// worker whose lease ends is no longer counted.
    /// </summary>
    /// <param name="report">What the worker serves.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UnknownRegistryException">No registry has that name.</exception>
    /// <exception cref="RoutesUnavailableException">The silo has no routes yet.</exception>
    [Alias("Next"), AlwaysInterleave, ResponseTimeout("00:00:10")]
    Task<RouteFeed> NextAsync(WorkerReport report, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes a worker's report and answers at once. The worker counts from then on. A worker calls this before it
    /// answers its first request.
    /// </summary>
    /// <param name="report">What the worker serves.</param>
    /// <exception cref="UnknownRegistryException">No registry has that name.</exception>
    [Alias("Report"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task ReportAsync(WorkerReport report);

    /// <summary>Removes a worker that stops; it is no longer counted.</summary>
    [Alias("Leave"), AlwaysInterleave, ResponseTimeout("00:00:02")]
    Task LeaveAsync(Guid worker);

    /// <summary>Some routes of one version, from the <paramref name="offset"/>-th on.</summary>
    /// <param name="version">The version; 0 for the newest.</param>
    /// <param name="offset">How many routes the caller already has.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null if the silo no longer has that version; the caller then starts over.</returns>
    /// <exception cref="RoutesUnavailableException">The silo has no routes yet.</exception>
    [Alias("Page"), AlwaysInterleave, ResponseTimeout("00:00:10")]
    Task<RoutePage?> PageAsync(RouteVersion version, int offset, CancellationToken cancellationToken = default);

    /// <summary>
    /// The newest version, read from the database; while the database does not answer, the newest version that the silo
    /// knows.
    /// </summary>
    [Alias("Newest"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task<RouteVersion> NewestAsync(CancellationToken cancellationToken = default);

    /// <summary>Waits until every selected live subscriber serves a version.</summary>
    /// <param name="version">The version; a newer one also counts.</param>
    /// <param name="waitFor">Which subscribers to wait for.</param>
    /// <param name="timeout">How long; at most a minute.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether all of them serve it, and which do not.</returns>
    [Alias("Converge"), AlwaysInterleave, ResponseTimeout("00:01:10")]
    Task<Convergence> ConvergeAsync(
        RouteVersion version, WaitFor waitFor, TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>
    /// Waits until the registry's lock is free, as this silo sees it. All waiters at a silo are released at the same
    /// moment.
    /// </summary>
    /// <param name="timeout">How long; at most a minute.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether another reload is worth trying; false if the lock is still held.</returns>
    /// <exception cref="UnknownRegistryException">No registry has that name.</exception>
    [Alias("LockFree"), AlwaysInterleave, ResponseTimeout("00:01:10")]
    Task<bool> LockFreeAsync(TimeSpan timeout, CancellationToken cancellationToken = default);
}
