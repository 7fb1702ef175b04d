using EndpointSync.Core;
using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Registries;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.ForeignChanges;

/// <summary>
/// Listens to one database for the whole cluster, while this silo is elected. After each connect, and at intervals, it
/// requests a full check, because notifications sent while no silo listened are lost. Only speed depends on it: without
/// notifications, the polls do the work.
/// </summary>
internal sealed partial class DatabaseListener(
    ListenedDatabase database, IReadOnlyList<Registry> registries, RegistryMap<PublishedRegistry> published,
    RoutePublisher publisher, ReloadGate gate, IOptions<SyncOptions> options, TimeProvider clock,
    ILogger<DatabaseListener> logger)
{
    private readonly JitteredBackoff _backoff = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(30));
    private readonly RepeatFilter _complaints = new();
    private int _failures;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var hints = registries.Select(registry => HintsOf(registry, cancellationToken)).ToList();
        await Task.WhenAll(ListenForeverAsync(hints, cancellationToken), CheckForeverAsync(hints, cancellationToken));
    }

    private ChangeHints HintsOf(Registry registry, CancellationToken stopping)
    {
        var routes = published.Get(registry.Name).Routes;
        var versions = new VersionHints(routes, publisher, clock, logger, stopping);
        return new ChangeHints(registry, gate, versions, clock, logger, stopping);
    }

    private async Task ListenForeverAsync(List<ChangeHints> hints, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(hints, cancellationToken);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                Complain(failure);
            }

            await Task.Delay(_backoff.Before(_failures++), clock, cancellationToken);
        }
    }

    private async Task ListenAsync(List<ChangeHints> hints, CancellationToken cancellationToken)
    {
        await using var listener = await ChangeListener.OpenAsync(database, cancellationToken);
        LogListens(database.Key);
        _complaints.Reset();
        _failures = 0;
        await Task.WhenAll(hints.Select(registry => CheckAsync(registry, isTime: true, cancellationToken)));
        while (true)
        {
            var notifications = await listener.ReceiveAsync(options.Value.ListenKeepAlive, cancellationToken);
            foreach (var notification in notifications)
            {
                hints.ForEach(registry => registry.Add(notification));
            }

            if (notifications.Count == 0)
            {
                await listener.ProbeAsync(cancellationToken);
            }
        }
    }

    private async Task CheckForeverAsync(List<ChangeHints> hints, CancellationToken cancellationToken)
    {
        long? last = null;
        while (true)
        {
            await Task.Delay(
                options.Value.PollInterval * (1 + (Random.Shared.NextDouble() / 2)), clock, cancellationToken);
            var isTime = last is not { } before || clock.GetElapsedTime(before) > options.Value.FullCheckInterval;
            last = isTime ? clock.GetTimestamp() : last;
            await Task.WhenAll(hints.Select(registry => CheckAsync(registry, isTime, cancellationToken)));
        }
    }

    // The database may have gone back, and another cluster may have made versions, while nobody listened. Where
    // triggers capture changes, a full check is requested at intervals. Where they do not, every preflight is a
    // full check, and only this poll finds foreign changes.
    private async Task CheckAsync(ChangeHints hints, bool isTime, CancellationToken cancellationToken)
    {
        try
        {
            await hints.Registry.Preparation.EnsureAsync(cancellationToken);
            if (isTime)
            {
                await hints.Versions.FollowNewestAsync();
            }

            if (!await hints.Registry.Capture.EnsureAsync(cancellationToken))
            {
                hints.Add();
            }
            else if (isTime)
            {
                await hints.Registry.Capture.CheckAllAsync(cancellationToken);
                hints.Add();
            }
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Complain(failure);
        }
    }

    private void Complain(Exception failure)
    {
        var reason = SqlStates.Describe(failure)?.Detail ?? failure.Message;
        if (_complaints.IsNew(reason))
        {
            LogNotListening(database.Key, reason);
        }
    }

    [LoggerMessage(1703, LogLevel.Information, "This silo listens to database {Database} for the cluster")]
    private partial void LogListens(string database);

    [LoggerMessage(
        1704, LogLevel.Warning,
        "No notifications arrive from database {Database}: {Reason} Polls find other writers' changes until the "
        + "next attempt to listen succeeds.")]
    private partial void LogNotListening(string database, LogText reason);
}
