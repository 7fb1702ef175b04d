using System.Collections.Concurrent;
using EndpointSync.Core;
using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Telemetry;
using EndpointSync.Wire;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Publishing;

/// <summary>
/// Publishes the new versions of this silo's coordinators to every active silo. No caller waits for it: a silo that
/// misses a message catches up with its next poll or message. For each silo and registry one message is under way, and
/// the newest waits.
/// </summary>
internal sealed partial class RoutePublisher(
    RouteTableClient silos, IClusterMembershipService membership, IOptions<PublishingOptions> options,
    TimeProvider clock, ILogger<RoutePublisher> logger)
    : BackgroundService
{
    private readonly ConcurrentDictionary<(SiloAddress Silo, string Registry), CoalescingSender<RoutePublication>>
        _senders = new();
    private readonly ConcurrentDictionary<string, RouteVersion> _published = new(StringComparer.Ordinal);

    /// <summary>The newest version of a registry that this silo has published; 0 if it has published none.</summary>
    public RouteVersion LastPublished(string registry) => _published.GetValueOrDefault(registry);

    public void Publish(RoutePublication publication)
    {
        _published[publication.Registry] = publication.Version;
        foreach (var silo in silos.ActiveSilos)
        {
            Post(silo, publication);
        }
    }

    // A silo that has just become active may have read its routes before the newest version, and may not have been in
    // the list when that version was published.
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var known = new HashSet<SiloAddress>();
        await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(stoppingToken))
        {
            var active = snapshot.Members.Values.Where(member => member.Status == SiloStatus.Active).ToList();
            foreach (var silo in active.Where(silo => !known.Contains(silo.SiloAddress)))
            {
                PublishToNewSilo(silo);
            }

            known = [.. active.Select(silo => silo.SiloAddress)];
            foreach (var gone in _senders.Keys.Where(key => !known.Contains(key.Silo)))
            {
                _senders.TryRemove(gone, out _);
            }
        }
    }

    private void PublishToNewSilo(ClusterMember silo)
    {
        foreach (var (registry, version) in _published)
        {
            Post(silo, new RoutePublication(registry, version, Delta: null));
        }
    }

    private void Post(ClusterMember silo, RoutePublication publication) => _senders
        .GetOrAdd(
            (silo.SiloAddress, publication.Registry),
            _ => new CoalescingSender<RoutePublication>(
                next => SendAsync(silo, next), static (waiting, next) => waiting.Then(next)))
        .Post(publication);

    private async Task SendAsync(ClusterMember silo, RoutePublication publication)
    {
        using var span = SyncSpans.StartPublish(
            publication.Registry, publication.Version, silo.Name, publication.Trace);
        try
        {
            var served = await silos.On(silo.SiloAddress)
                .PublishAsync(publication with { Trace = TraceParent.Of(span) ?? publication.Trace })
                .WaitAsync(options.Value.Timeout, clock);
            if (served < publication.Version)
            {
                LogNotServed(silo.Name, publication.Registry, served, publication.Version);
            }
        }
        catch (Exception failure)
        {
            LogNotPublished(silo.Name, publication.Registry, publication.Version, failure.Message);
        }
    }

    [LoggerMessage(
        1521, LogLevel.Warning,
        "Could not publish version {Version} of {Registry} to silo {Silo}: {Reason} Its next poll brings it up to "
        + "date.")]
    private partial void LogNotPublished(string silo, string registry, RouteVersion version, LogText reason);

    [LoggerMessage(
        1522, LogLevel.Warning,
        "Silo {Silo} still serves version {Served} of {Registry} instead of {Version}; see that silo's log")]
    private partial void LogNotServed(string silo, string registry, RouteVersion served, RouteVersion version);
}
