namespace EndpointSync;

/// <summary>The activations on this silo that are notified of route versions.</summary>
internal interface IRouteSubscriptions
{
    /// <exception cref="UnknownRegistryException">No registry has that name.</exception>
    void Add(IGrainContext activation, string registry);

    /// <exception cref="UnknownRegistryException">No registry has that name.</exception>
    void Remove(IGrainContext activation, string registry);
}
