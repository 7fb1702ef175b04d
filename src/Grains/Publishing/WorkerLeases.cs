using System.Collections.Concurrent;
using EndpointSync.Publishing;
using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Publishing;

/// <summary>The workers of one registry that get their routes from this silo. One that gives no sign of life for its lease is forgotten.</summary>
internal sealed class WorkerLeases(IOptions<PublishingOptions> options, TimeProvider clock)
{
    // Shorter than what the worker's call may take, and short enough for a worker to notice soon that its silo is frozen.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(4);

    private readonly ConcurrentDictionary<Guid, Lease> _leases = new();
    private readonly Signal _changed = new();

    /// <summary>Completes when a worker says something new; to be taken before <see cref="List"/> is asked.</summary>
    public Task Changed => _changed.Next;

    /// <summary>How long a worker may be kept waiting for news, so that it gives its next sign of life in time.</summary>
    public TimeSpan LongestWait => options.Value.WorkerLease * 0.4 < Longest ? options.Value.WorkerLease * 0.4 : Longest;

    public void Heard(WorkerReport report)
    {
        var known = _leases.TryGetValue(report.Worker, out var lease);
        var since = known && lease!.Report.Version == report.Version ? lease.Since : clock.GetUtcNow();
        _leases[report.Worker] = new Lease(report, since, clock.GetTimestamp());
        if (!known || lease!.Report != report)
        {
            _changed.Raise();
        }
    }

    public void Left(Guid worker)
    {
        if (_leases.TryRemove(worker, out _))
        {
            _changed.Raise();
        }
    }

    public IEnumerable<Subscriber> List(string silo)
    {
        foreach (var (worker, lease) in _leases)
        {
            var lastHeard = clock.GetElapsedTime(lease.LastHeard);
            if (lastHeard > options.Value.WorkerLease)
            {
                // Only what was seen: a worker that has just been heard of again stays.
                _leases.TryRemove(KeyValuePair.Create(worker, lease));
                continue;
            }

            yield return new Subscriber
            {
                Kind = SubscriberKind.Worker,
                Name = lease.Report.Name,
                Id = worker.ToString(),
                Silo = silo,
                Version = lease.Report.Version,
                Since = lease.Since,
                LastHeard = lastHeard,
                Problem = lease.Report.Problem,
            };
        }
    }

    private sealed record Lease(WorkerReport Report, DateTimeOffset Since, long LastHeard);
}
