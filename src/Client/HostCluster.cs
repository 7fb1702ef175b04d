namespace EndpointSync.Client;

/// <summary>
/// The cluster through the application's own Orleans client, which is connected before the application has started.
/// </summary>
internal sealed class HostCluster(IClusterClient client) : ICluster
{
    public Task<IGrainFactory> GrainsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IGrainFactory>(client);
}
