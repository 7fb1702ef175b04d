using Orleans.Services;

namespace EndpointSync.Grains.Publishing;

/// <summary>What silos ask of one another about routes. Each silo has one; the cluster's membership is the list of them.</summary>
[Alias("EndpointSync.IRouteTableService")]
internal interface IRouteTableService : IGrainService
{
    /// <summary>Tells the silo of a version; answered when the silo serves it or cannot.</summary>
    /// <returns>The version that the silo serves then.</returns>
    [Alias("Publish")]
    Task<RouteVersion> PublishAsync(RoutePublication publication);

    /// <summary>This silo and its workers, when all of them serve a version or the patience is at its end.</summary>
    [Alias("Subscribers")]
    Task<SiloReport> SubscribersAsync(string registry, RouteVersion version, WaitFor waitFor, TimeSpan patience);

    /// <summary>Another silo says which workers it hears from, all of them.</summary>
    [Alias("HeardOf")]
    Task HeardOfAsync(string registry, string silo, IReadOnlyList<Subscriber> workers);
}
