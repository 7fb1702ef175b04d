namespace EndpointSync;

/// <summary>A grain that is notified of a registry's route versions.</summary>
[Alias("endpointsync.route-subscriber"), GrainInterfaceType("endpointsync.route-subscriber")]
public interface IRouteSubscriber : IGrain
{
    /// <summary>
    /// Called with the newest version once this grain's silo serves it. The call waits for its turn like any other call
    /// to the grain. Versions never go back. When several versions come quickly, the ones between are skipped. A failed
    /// call is repeated with the newest version.
    /// </summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="version">The version that the grain's silo now serves.</param>
    [Alias("RouteVersion")]
    Task OnRouteVersionAsync(string registry, RouteVersion version);
}
