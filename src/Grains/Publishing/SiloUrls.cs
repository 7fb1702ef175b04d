using System.Collections.Concurrent;
using EndpointSync.Core;
using EndpointSync.Grains.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Publishing;

/// <summary>
/// Where workers reach the silos of the cluster. Each silo asks each other one once, because a URL lasts as long as the
/// silo. Every answer to a worker has the list, so that a worker finds another silo when its own is gone.
/// </summary>
internal sealed partial class SiloUrls(
    RouteTableClient silos, AdvertisedUrl own, ILocalSiloDetails self, IClusterMembershipService membership,
    IOptions<PublishingOptions> options, TimeProvider clock, ILogger<SiloUrls> logger)
    : BackgroundService
{
    // A silo answers grain calls a moment before its HTTP server listens.
    private readonly JitteredBackoff _delays = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(10));
    private readonly ConcurrentDictionary<SiloAddress, string> _known = new();
    private volatile IReadOnlyList<string> _all = [];

    /// <summary>The URLs of the active silos, in alphabetical order. The list is replaced when they change.</summary>
    public IReadOnlyList<string> All => _all;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var updates = membership.MembershipUpdates.GetAsyncEnumerator(stoppingToken);
        var update = NextAsync(updates);
        var attempts = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            var isComplete = await AskAsync();
            var pause = isComplete ? Timeout.InfiniteTimeSpan : _delays.Before(attempts++);
            await update.WaitAsync(pause, clock, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (update.IsCompleted)
            {
                (update, attempts) = (NextAsync(updates), 0);
            }
        }
    }

    private static async Task NextAsync(IAsyncEnumerator<ClusterMembershipSnapshot> updates) =>
        await ((Task)updates.MoveNextAsync().AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    // Whether the URL of every active silo is known.
    private async Task<bool> AskAsync()
    {
        var active = silos.ActiveSilos.ToList();
        foreach (var gone in _known.Keys.Except(active.Select(silo => silo.SiloAddress)))
        {
            _known.TryRemove(gone, out _);
        }

        await Task.WhenAll(
            active.Where(silo => !_known.ContainsKey(silo.SiloAddress)).Select(silo => AskAsync(silo)));
        List<string> all =
            [.. _known.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (!all.SequenceEqual(_all, StringComparer.Ordinal))
        {
            _all = all;
            LogKnows(string.Join(", ", all));
        }

        return active.All(silo => _known.ContainsKey(silo.SiloAddress));
    }

    private async Task AskAsync(ClusterMember silo)
    {
        try
        {
            var url = silo.SiloAddress.Equals(self.SiloAddress)
                ? own.Value
                : await silos.On(silo.SiloAddress).HttpUrlAsync().WaitAsync(options.Value.Timeout, clock);
            if (url is not null)
            {
                _known[silo.SiloAddress] = url;
            }
        }
        catch (Exception failure)
        {
            LogNotKnown(silo.Name, failure.Message);
        }
    }

    [LoggerMessage(1510, LogLevel.Information, "Workers reach the silos of this cluster at {Urls}")]
    private partial void LogKnows(string urls);

    [LoggerMessage(
        1512, LogLevel.Debug, "Could not ask silo {Silo} where workers reach it: {Reason} It is asked again soon.")]
    private partial void LogNotKnown(string silo, LogText reason);
}
