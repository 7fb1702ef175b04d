namespace EndpointSync.Client;

/// <summary>
/// The access to the cluster's grains: an application's own Orleans client, or a worker's background connection.
/// </summary>
internal interface ICluster
{
    /// <summary>Waits for the first connection to the cluster; the grain factory never changes after that.</summary>
    Task<IGrainFactory> GrainsAsync(CancellationToken cancellationToken);
}
