using Orleans.Concurrency;

namespace EndpointSync.Publishing;

/// <summary>
/// The way of everything outside a silo to that silo's routes of one registry, to which the key leads (<see cref="RouteFeeds"/>). Every silo has its
/// own; a client reaches the one of the silo that it is connected through.
/// </summary>
[Alias("EndpointSync.IRouteFeedGrain")]
internal interface IRouteFeedGrain : IGrainWithStringKey
{
    /// <summary>
    /// Takes a worker's report, and answers as soon as the silo serves a newer table than the worker has: at once, or within
    /// <see cref="RouteFeeds.LongestHold"/> with nothing new. Asking again is the worker's sign of life; one that does not for the time of its lease counts no more.
    /// </summary>
    /// <param name="report">What the worker serves.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UnknownRegistryException">No registry has that name.</exception>
    /// <exception cref="RoutesUnavailableException">The silo has no routes yet.</exception>
    [Alias("Next"), AlwaysInterleave, ResponseTimeout("00:00:10")]
    Task<RouteFeed> NextAsync(WorkerReport report, CancellationToken cancellationToken = default);

    /// <summary>Takes a worker's report and answers at once: from now on the worker counts. To be made before it answers its first request.</summary>
    /// <param name="report">What the worker serves.</param>
    /// <exception cref="UnknownRegistryException">No registry has that name.</exception>
    [Alias("Report"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task ReportAsync(WorkerReport report);

    /// <summary>A worker stops and counts no more.</summary>
    [Alias("Leave"), AlwaysInterleave, ResponseTimeout("00:00:02")]
    Task LeaveAsync(Guid worker);

    /// <summary>Some routes of one version, from the <paramref name="offset"/>-th on.</summary>
    /// <param name="version">The version; 0 for the newest.</param>
    /// <param name="offset">How many routes the caller has already.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null if the silo does not have that version any more; the caller begins anew.</returns>
    /// <exception cref="RoutesUnavailableException">The silo has no routes yet.</exception>
    [Alias("Page"), AlwaysInterleave, ResponseTimeout("00:00:10")]
    Task<RoutePage?> PageAsync(RouteVersion version, int offset, CancellationToken cancellationToken = default);

    /// <summary>The newest version there is, asked of the database; the newest that the silo knows of while the database does not answer.</summary>
    [Alias("Newest"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task<RouteVersion> NewestAsync(CancellationToken cancellationToken = default);

    /// <summary>Waits until every live subscriber asked for serves a version.</summary>
    /// <param name="version">The version; a newer one serves as well.</param>
    /// <param name="waitFor">Who is waited for.</param>
    /// <param name="timeout">How long; at most a minute.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether all do, and who does not.</returns>
    [Alias("Converge"), AlwaysInterleave, ResponseTimeout("00:01:10")]
    Task<Convergence> ConvergeAsync(RouteVersion version, WaitFor waitFor, TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>Waits until the registry's lock is free, as this silo sees it; all who wait at a silo are told at the same moment.</summary>
    /// <param name="timeout">How long; at most a minute.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether a reload is worth trying again; false if the lock is held still.</returns>
    /// <exception cref="UnknownRegistryException">No registry has that name.</exception>
    [Alias("LockFree"), AlwaysInterleave, ResponseTimeout("00:01:10")]
    Task<bool> LockFreeAsync(TimeSpan timeout, CancellationToken cancellationToken = default);
}
