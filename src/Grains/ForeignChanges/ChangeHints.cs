using EndpointSync.Core;
using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Registries;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Grains.ForeignChanges;

/// <summary>
/// Turns hints that another writer changed something in one registry into reloads, one after the other. However many
/// hints arrive while a reload runs, one more reload follows, because each reads everything that was recorded. A
/// <see cref="ReactionRate"/> limits how many there are.
/// </summary>
internal sealed partial class ChangeHints
{
    private readonly Registry _registry;
    private readonly ReloadGate _gate;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationToken _stopping;
    private readonly ReactionRate _rate;
    private readonly CoalescingSender<ReloadScope> _reloads;

    public ChangeHints(
        Registry registry, ReloadGate gate, VersionHints versions, TimeProvider clock, ILogger logger,
        CancellationToken stopping)
    {
        (_registry, _gate, Versions, _clock, _logger, _stopping) = (registry, gate, versions, clock, logger, stopping);
        _rate = new ReactionRate(registry.Database.Limits.ReactionsPerSecond, clock);
        _reloads = new CoalescingSender<ReloadScope>(
            ReloadAsync, static (first, second) => first == ReloadScope.Everything ? first : second);
    }

    public Registry Registry => _registry;

    public VersionHints Versions { get; }

    private ReloadScope DefaultScope =>
        _registry.Database.SyncOn == SyncOn.Change ? ReloadScope.Everything : ReloadScope.Routes;

    /// <summary>
    /// Takes a notification, if it is about this registry. It may ask for a reload now, or announce a version.
    /// </summary>
    public void Add(ChangeNotification notification)
    {
        if (notification.Schema != _registry.Database.Sql.Schema)
        {
            return;
        }

        var scope = notification.Kind == ChangeKind.Request ? ReloadScope.Everything : DefaultScope;
        if (notification.Kind == ChangeKind.Version)
        {
            Versions.Add(notification.Version);
        }
        else if (scope == ReloadScope.Everything || notification.Kind == ChangeKind.Routes)
        {
            _reloads.Post(scope);
        }
    }

    /// <summary>Takes a hint without a notification.</summary>
    public void Add() => _reloads.Post(DefaultScope);

    private async Task ReloadAsync(ReloadScope scope)
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        try
        {
            // What is recorded meanwhile is part of the reload.
            await Task.Delay(_rate.Take(), _clock, _stopping);
            await _gate.ReloadAsync(_registry.Name, new ReloadRequest(Scope: scope), _stopping);
        }
        catch (Exception failure) when (!_stopping.IsCancellationRequested)
        {
            LogNotReloaded(_registry.Name, failure.Message);
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            // Another silo listens from now on.
        }
    }

    [LoggerMessage(
        1705, LogLevel.Warning,
        "Could not reload {Registry} after another writer's change: {Reason} The next poll tries again.")]
    private partial void LogNotReloaded(string registry, LogText reason);
}
