namespace EndpointSync.Client;

/// <summary>The cluster as the application's own Orleans client reaches it; the application has not started before that was connected.</summary>
internal sealed class HostCluster(IClusterClient client) : ICluster
{
    public Task<IGrainFactory> GrainsAsync(CancellationToken cancellationToken) => Task.FromResult<IGrainFactory>(client);
}
