namespace EndpointSync.Grains.Publishing;

/// <summary>One activation that is told of a registry's versions: one call at a time, always with the newest.</summary>
internal sealed class GrainSubscription(IGrainContext activation, RegistryRoutes routes, TimeProvider clock, Action<GrainId, Exception> failed)
{
    private static readonly RetryDelays Delays = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10));

    private readonly IRouteSubscriber _subscriber = activation.GrainReference.AsReference<IRouteSubscriber>();
    private readonly Lock _lock = new();
    private RouteVersion _told;
    private bool _telling;
    private bool _ended;

    /// <summary>Tells the activation of the newest version, unless it knows it or is being told already.</summary>
    public void Tell()
    {
        lock (_lock)
        {
            if (_telling || _told == routes.Version)
            {
                return;
            }

            _telling = true;
        }

        _ = TellAsync();
    }

    /// <summary>No further call is begun.</summary>
    public void End()
    {
        lock (_lock)
        {
            _ended = true;
        }
    }

    private async Task TellAsync()
    {
        var failures = 0;
        while (Due() is { } version)
        {
            try
            {
                await _subscriber.OnRouteVersionAsync(routes.Registry, version);
                _told = version;
                failures = 0;
            }
            catch (Exception failure)
            {
                if (failures == 0)
                {
                    failed(activation.GrainId, failure);
                }

                await Task.Delay(Delays.Before(failures++), clock);
            }
        }
    }

    // Under the lock, so that a version that comes now is either seen here or finds nobody telling.
    private RouteVersion? Due()
    {
        lock (_lock)
        {
            var version = routes.Version;
            _telling = !_ended && version != _told;
            return _telling ? version : null;
        }
    }
}
