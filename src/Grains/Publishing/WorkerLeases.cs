using System.Collections.Concurrent;
using EndpointSync.Core;
using EndpointSync.Grains.Configuration;
using EndpointSync.Wire;
using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Publishing;

/// <summary>
/// The workers of one registry: those that get their routes from this silo, and copies of what other silos report. So a
/// worker counts until its lease ends, even if its silo is gone. A worker without a sign of life for its lease is
/// forgotten.
/// </summary>
internal sealed class WorkerLeases(IOptions<PublishingOptions> options, TimeProvider clock)
{
    private readonly ConcurrentDictionary<Guid, Lease> _leases = new();
    private readonly ConcurrentDictionary<string, Copy> _copies = new(StringComparer.Ordinal);
    private readonly ChangeSignal _changed = new();
    private readonly ChangeSignal _workerSetChanged = new();

    /// <summary>Completes when a worker reports something new. Take it before you call <see cref="List"/>.</summary>
    public Task Changed => _changed.Next;

    /// <summary>Completes when a worker comes to this silo or leaves.</summary>
    public Task WorkerSetChanged => _workerSetChanged.Next;

    /// <summary>How long a long poll may wait, so that the worker gives its next sign of life in time.</summary>
    public TimeSpan LongestWait =>
        options.Value.WorkerLease * 0.4 < FeedProtocol.LongPollTimeout
            ? options.Value.WorkerLease * 0.4
            : FeedProtocol.LongPollTimeout;

    private TimeSpan Length => options.Value.WorkerLease;

    /// <summary>Takes a worker's report, its sign of life.</summary>
    /// <returns>
    /// Whether it serves another version than it reported before; false for a worker that is new here.
    /// </returns>
    public bool Renew(WorkerReport report)
    {
        var known = _leases.TryGetValue(report.Worker, out var lease);
        var since = known && lease!.Report.Version == report.Version ? lease.Since : clock.GetUtcNow();
        _leases[report.Worker] = new Lease(report, since, clock.GetTimestamp());
        if (!known)
        {
            Purge();
            _workerSetChanged.Raise();
        }

        if (lease?.Report != report)
        {
            _changed.Raise();
        }

        return known && lease!.Report.Version != report.Version;
    }

    public void Remove(Guid worker)
    {
        if (_leases.TryRemove(worker, out _))
        {
            _workerSetChanged.Raise();
            _changed.Raise();
        }
    }

    /// <summary>Replaces the copies of another silo's workers.</summary>
    public void ReplaceCopies(string silo, IReadOnlyList<Subscriber> workers)
    {
        _copies[silo] = new Copy(workers, clock.GetTimestamp());
        _changed.Raise();
    }

    /// <summary>The workers that get their routes from this silo.</summary>
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
                SilentFor = clock.GetElapsedTime(lease.Value.RenewedAt),
                Problem = lease.Value.Report.Problem,
                Ring = lease.Value.Report.Ring,
                Answers = AnswersOf(lease.Value.Report),
            }),
        ];
    }

    /// <summary>How many workers get their routes from this silo.</summary>
    public int Count => _leases.Values.Count(IsValid);

    /// <summary>How many of them do not serve the version that their ring is given, or not all of it.</summary>
    /// <param name="versionOf">The version of a ring.</param>
    public int CountBehind(Func<string, RouteVersion> versionOf) => _leases.Values.Count(
        lease => IsValid(lease)
            && (lease.Report.Version < versionOf(lease.Report.Ring) || lease.Report.Problem is not null));

    /// <summary>All workers known to this silo, copies included.</summary>
    /// <param name="silo">This silo's name.</param>
    public IEnumerable<Subscriber> List(string silo) => Own(silo).Concat(_copies.Values
        .SelectMany(
            copy => copy.Workers.Select(
                worker => worker with { SilentFor = worker.SilentFor + clock.GetElapsedTime(copy.ReceivedAt) }))
        .Where(worker => worker.SilentFor <= Length));

    /// <summary>The table that a worker of this silo reported; null for any other worker.</summary>
    public RouteTableId? TableOf(string worker) =>
        Guid.TryParse(worker, out var id) && _leases.TryGetValue(id, out var lease) ? lease.Report.Has : null;

    private static List<VersionAnswers>? AnswersOf(WorkerReport report) => report.Answers.Count == 0
        ? null
        : [
            .. report.Answers.Select(count => new VersionAnswers(
                count.Version, count.Requests, count.Misses, count.Errors)),
        ];

    // Removes a lease only as it was read: a worker that renewed its lease meanwhile stays.
    private void Purge()
    {
        foreach (var lease in _leases.Where(lease => !IsValid(lease.Value)))
        {
            _leases.TryRemove(lease);
        }

        foreach (var copy in _copies.Where(copy => clock.GetElapsedTime(copy.Value.ReceivedAt) > Length))
        {
            _copies.TryRemove(copy);
        }
    }

    private bool IsValid(Lease lease) => clock.GetElapsedTime(lease.RenewedAt) <= Length;

    private sealed record Lease(WorkerReport Report, DateTimeOffset Since, long RenewedAt);

    private sealed record Copy(IReadOnlyList<Subscriber> Workers, long ReceivedAt);
}
