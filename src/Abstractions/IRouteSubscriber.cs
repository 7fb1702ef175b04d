namespace EndpointSync;

/// <summary>A grain that wants to be told of a registry's route versions.</summary>
[Alias("EndpointSync.IRouteSubscriber")]
public interface IRouteSubscriber : IGrain
{
    /// <summary>
    /// Called with the newest version after it came to this grain's silo, as any other call to the grain: in its turn. Versions never go back;
    /// when several come quickly, those between are left out. A call that fails is repeated with the newest version.
    /// </summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="version">The version that the grain's silo serves now.</param>
    [Alias("RouteVersion")]
    Task OnRouteVersionAsync(string registry, RouteVersion version);
}
