namespace EndpointSync.Client;

/// <summary>The way to the cluster's grains: an application's own Orleans client, or the connection that a worker makes behind its back.</summary>
internal interface ICluster
{
    /// <summary>Waits until the cluster was reached for the first time; the grains stay the same ever after.</summary>
    Task<IGrainFactory> GrainsAsync(CancellationToken cancellationToken);
}
