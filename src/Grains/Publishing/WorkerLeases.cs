using System.Collections.Concurrent;
using EndpointSync.Publishing;
using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Publishing;

/// <summary>
/// The workers of one registry: those that get their routes from this silo, and copies of what other silos say of theirs, so that a worker counts
/// until its lease ends though its silo has gone. One that gives no sign of life for its lease is forgotten.
/// </summary>
internal sealed class WorkerLeases(IOptions<PublishingOptions> options, TimeProvider clock)
{
    private readonly ConcurrentDictionary<Guid, Lease> _leases = new();
    private readonly ConcurrentDictionary<string, Copy> _copies = new(StringComparer.Ordinal);
    private readonly Signal _changed = new();
    private readonly Signal _cameOrLeft = new();

    /// <summary>Completes when a worker says something new; to be taken before <see cref="List"/> is asked.</summary>
    public Task Changed => _changed.Next;

    /// <summary>Completes when a worker comes to this silo or leaves.</summary>
    public Task CameOrLeft => _cameOrLeft.Next;

    /// <summary>How long a worker may be kept waiting for news, so that it gives its next sign of life in time.</summary>
    public TimeSpan LongestWait => options.Value.WorkerLease * 0.4 < RouteFeeds.LongestHold ? options.Value.WorkerLease * 0.4 : RouteFeeds.LongestHold;

    private TimeSpan Length => options.Value.WorkerLease;

    public void Heard(WorkerReport report)
    {
        var known = _leases.TryGetValue(report.Worker, out var lease);
        var since = known && lease!.Report.Version == report.Version ? lease.Since : clock.GetUtcNow();
        _leases[report.Worker] = new Lease(report, since, clock.GetTimestamp());
        if (!known)
        {
            Purge();
            _cameOrLeft.Raise();
        }

        if (lease?.Report != report)
        {
            _changed.Raise();
        }
    }

    public void Left(Guid worker)
    {
        if (_leases.TryRemove(worker, out _))
        {
            _cameOrLeft.Raise();
            _changed.Raise();
        }
    }

    /// <summary>What another silo says of its workers, in the place of what it said before.</summary>
    public void HeardOf(string silo, IReadOnlyList<Subscriber> workers)
    {
        _copies[silo] = new Copy(workers, clock.GetTimestamp());
        _changed.Raise();
    }

    /// <summary>The workers that this silo hears from.</summary>
    /// <param name="silo">This silo's name.</param>
    public IReadOnlyList<Subscriber> Own(string silo)
    {
        Purge();
        return
        [
            .. _leases.Select(lease => new Subscriber
            {
                Kind = SubscriberKind.Worker,
                Name = lease.Value.Report.Name,
                Id = lease.Key.ToString(),
                Silo = silo,
                Version = lease.Value.Report.Version,
                Since = lease.Value.Since,
                LastHeard = clock.GetElapsedTime(lease.Value.LastHeard),
                Problem = lease.Value.Report.Problem,
            }),
        ];
    }

    /// <summary>All workers that are known of here.</summary>
    /// <param name="silo">This silo's name.</param>
    public IEnumerable<Subscriber> List(string silo) => Own(silo).Concat(_copies.Values
        .SelectMany(copy => copy.Workers.Select(worker => worker with { LastHeard = worker.LastHeard + clock.GetElapsedTime(copy.Heard) }))
        .Where(worker => worker.LastHeard <= Length));

    /// <summary>The table that a worker of this silo said it has; null if it is not one of them.</summary>
    public RouteStamp? TableOf(string worker) => Guid.TryParse(worker, out var id) && _leases.TryGetValue(id, out var lease) ? lease.Report.Has : null;

    // Only what was seen is taken away: a worker that has just been heard of again stays.
    private void Purge()
    {
        foreach (var lease in _leases.Where(lease => clock.GetElapsedTime(lease.Value.LastHeard) > Length))
        {
            _leases.TryRemove(lease);
        }

        foreach (var copy in _copies.Where(copy => clock.GetElapsedTime(copy.Value.Heard) > Length))
        {
            _copies.TryRemove(copy);
        }
    }

    private sealed record Lease(WorkerReport Report, DateTimeOffset Since, long LastHeard);

    private sealed record Copy(IReadOnlyList<Subscriber> Workers, long Heard);
}
