using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EndpointSync.Client.Workers.Connection;

/// <summary>
/// Starts and stops one Orleans client. The client needs nothing else of a host, and must not have a host's signal
/// handling.
/// </summary>
internal sealed class ClusterClientHost(ServiceProvider services) : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    private readonly List<IHostedService> _started = [];

    public IGrainFactory Grains => services.GetRequiredService<IClusterClient>();

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var service in services.GetServices<IHostedService>())
        {
            await service.StartAsync(cancellationToken);
            _started.Add(service);
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(StopTimeout);
        foreach (var service in Enumerable.Reverse(_started))
        {
            // If a client does not disconnect in time, the silos drop it a little later.
            await service.StopAsync(deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await services.DisposeAsync();
    }
}
