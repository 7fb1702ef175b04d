using Orleans.Services;

namespace EndpointSync.Wire;

/// <summary>
/// What silos ask each other about routes. Each silo runs one instance; the cluster's membership is the list of
/// instances.
/// </summary>
[Alias("endpointsync.route-table-service"), GrainInterfaceType("endpointsync.route-table-service")]
internal interface IRouteTableService : IGrainService
{
    /// <summary>
    /// Publishes a version to the silo. The call ends when the silo serves the version or cannot serve it.
    /// </summary>
    /// <returns>The version that the silo then serves.</returns>
    [Alias("Publish")]
    Task<RouteVersion> PublishAsync(RoutePublication publication);

    /// <summary>
    /// Reports this silo and its workers, as soon as all of them serve a version or the timeout ends.
    /// </summary>
    [Alias("Subscribers")]
    Task<SiloReport> SubscribersAsync(string registry, RouteVersion version, WaitFor waitFor, TimeSpan timeout);

    /// <summary>Another silo reports all workers that are connected to it.</summary>
    [Alias("ReportWorkers")]
    Task ReportWorkersAsync(string registry, string silo, IReadOnlyList<Subscriber> workers);

    /// <summary>Where workers reach this silo over HTTP; null while its server does not listen yet.</summary>
    [Alias("HttpUrl")]
    Task<string?> HttpUrlAsync();
}
