using EndpointSync.Core;

namespace EndpointSync.Grains.Publishing;

/// <summary>
/// One activation that subscribes to a registry's versions. It gets one call at a time, always with the newest version.
/// </summary>
internal sealed class GrainSubscription
{
    private static readonly JitteredBackoff Backoff = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10));

    private readonly IGrainContext _activation;
    private readonly RegistryRoutes _routes;
    private readonly TimeProvider _clock;
    private readonly Action<GrainId, Exception> _failed;
    private readonly IRouteSubscriber _subscriber;
    private readonly CoalescingSender<RouteVersion> _calls;
    private RouteVersion _published;
    private volatile bool _ended;

    /// <param name="activation">The activation.</param>
    /// <param name="routes">The registry's routes in this silo.</param>
    /// <param name="clock">The time.</param>
    /// <param name="failed">Called with the first of a series of failures.</param>
    public GrainSubscription(
        IGrainContext activation, RegistryRoutes routes, TimeProvider clock, Action<GrainId, Exception> failed)
    {
        (_activation, _routes, _clock, _failed) = (activation, routes, clock, failed);
        _subscriber = activation.GrainReference.AsReference<IRouteSubscriber>();
        _calls = new CoalescingSender<RouteVersion>(_ => CallAsync(), static (_, newest) => newest);
    }

    /// <summary>Calls the activation with the newest version, unless the activation has it.</summary>
    public void Publish() => _calls.Post(_routes.Version);

    /// <summary>Starts no further call.</summary>
    public void End() => _ended = true;

    // The version is read when the call is made. So versions superseded while the call waited, or after it failed, are
    // skipped.
    private async Task CallAsync()
    {
        for (var failures = 0; !_ended && _routes.Version != _published; failures++)
        {
            var version = _routes.Version;
            try
            {
                await _subscriber.OnRouteVersionAsync(_routes.Registry, version);
                _published = version;
                return;
            }
            catch (Exception failure)
            {
                if (failures == 0)
                {
                    _failed(_activation.GrainId, failure);
                }

                await Task.Delay(Backoff.Before(failures), _clock);
            }
        }
    }
}
