using EndpointSync.Core;
using EndpointSync.Grains.Publishing;
using EndpointSync.Wire;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Grains.ForeignChanges;

/// <summary>
/// Publishes the versions of one registry that another cluster makes. Its silos publish to their own cluster only, so
/// the notification of each version is all that this cluster receives before its polls.
/// </summary>
internal sealed partial class VersionHints
{
    // This cluster's own versions are notified too. Their messages bring the changes with them and arrive in this time.
    private static readonly TimeSpan OwnMessage = TimeSpan.FromMilliseconds(200);

    private readonly RegistryRoutes _routes;
    private readonly RoutePublisher _publisher;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationToken _stopping;
    private readonly CoalescingSender<RouteVersion> _versions;

    public VersionHints(
        RegistryRoutes routes, RoutePublisher publisher, TimeProvider clock, ILogger logger, CancellationToken stopping)
    {
        (_routes, _publisher, _clock, _logger, _stopping) = (routes, publisher, clock, logger, stopping);
        _versions = new CoalescingSender<RouteVersion>(
            FollowAsync, static (first, second) => first > second ? first : second);
    }

    /// <summary>Takes a notification that a version was made.</summary>
    public void Add(RouteVersion version) => _versions.Post(version);

    /// <summary>
    /// Publishes the newest version of the database, if this silo does not serve it. Anybody may send to a channel, so
    /// no notification is taken at its word.
    /// </summary>
    public async Task FollowNewestAsync()
    {
        var before = _routes.Version;
        await _routes.PollAsync(_stopping);
        if (_routes.Version > before)
        {
            _publisher.Publish(new RoutePublication(_routes.Registry, _routes.Version, Delta: null));
        }
    }

    private async Task FollowAsync(RouteVersion version)
    {
        try
        {
            if (!await ArrivesAsync(version))
            {
                await FollowNewestAsync();
            }
        }
        catch (Exception failure) when (!_stopping.IsCancellationRequested)
        {
            LogNotFollowed(_routes.Registry, version, failure.Message);
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            // Another silo listens from now on.
        }
    }

    private async Task<bool> ArrivesAsync(RouteVersion version)
    {
        var waited = Task.Delay(OwnMessage, _clock, _stopping);
        while (true)
        {
            var changed = _routes.Changed;
            if (_routes.Version >= version || waited.IsCompleted)
            {
                return _routes.Version >= version;
            }

            await Task.WhenAny(changed, waited);
        }
    }

    [LoggerMessage(
        1706, LogLevel.Warning,
        "Could not take up version {Version} of {Registry}, which another cluster made: {Reason} Every silo's next "
        + "poll does.")]
    private partial void LogNotFollowed(string registry, RouteVersion version, string reason);
}
