using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Publishing;

/// <summary>
/// Tells every active silo of the versions that this silo's coordinators make. Nobody waits for it: a silo that misses a message heals by its poll
/// and by the next message. To each silo one message per registry is under way, and the newest waits.
/// </summary>
internal sealed partial class RoutePublisher(
    RouteTableClient silos, IClusterMembershipService membership, IOptions<PublishingOptions> options, TimeProvider clock, ILogger<RoutePublisher> logger)
    : BackgroundService
{
    private readonly ConcurrentDictionary<(SiloAddress Silo, string Registry), Outbox> _outboxes = new();
    private readonly ConcurrentDictionary<string, RouteVersion> _published = new(StringComparer.Ordinal);

    public void Publish(RoutePublication publication)
    {
        _published[publication.Registry] = publication.Version;
        foreach (var silo in silos.ActiveSilos)
        {
            Post(silo, publication);
        }
    }

    // A silo that has just become active may have read its routes before the newest version and may not have been in the list when that was told.
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var known = new HashSet<SiloAddress>();
        await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(stoppingToken))
        {
            var active = snapshot.Members.Values.Where(member => member.Status == SiloStatus.Active).ToList();
            foreach (var silo in active.Where(silo => !known.Contains(silo.SiloAddress)))
            {
                Greet(silo);
            }

            known = [.. active.Select(silo => silo.SiloAddress)];
            foreach (var gone in _outboxes.Keys.Where(key => !known.Contains(key.Silo)))
            {
                _outboxes.TryRemove(gone, out _);
            }
        }
    }

    private void Greet(ClusterMember silo)
    {
        foreach (var (registry, version) in _published)
        {
            Post(silo, new RoutePublication(registry, version, Delta: null));
        }
    }

    private void Post(ClusterMember silo, RoutePublication publication) => _outboxes
        .GetOrAdd((silo.SiloAddress, publication.Registry), _ => new Outbox(next => SendAsync(silo, next)))
        .Post(publication);

    private async Task SendAsync(ClusterMember silo, RoutePublication publication)
    {
        try
        {
            var served = await silos.On(silo.SiloAddress).PublishAsync(publication).WaitAsync(options.Value.Timeout, clock);
            if (served < publication.Version)
            {
                LogNotServed(silo.Name, publication.Registry, served, publication.Version);
            }
        }
        catch (Exception failure)
        {
            LogNotTold(silo.Name, publication.Registry, publication.Version, failure.Message);
        }
    }

    [LoggerMessage(1521, LogLevel.Warning, "Silo {Silo} could not be told of version {Version} of {Registry}: {Reason} It takes it up with its next poll.")]
    private partial void LogNotTold(string silo, string registry, RouteVersion version, string reason);

    [LoggerMessage(1522, LogLevel.Warning, "Silo {Silo} serves version {Served} of {Registry} on and not {Version}; its own log says why")]
    private partial void LogNotServed(string silo, string registry, RouteVersion served, RouteVersion version);
}
