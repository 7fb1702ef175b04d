using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EndpointSync.Client.Workers.Connection;

/// <summary>Starts and stops one Orleans client. It needs no more of a host than that, and must not have its signal handling.</summary>
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
        using var patience = new CancellationTokenSource(StopTimeout);
        foreach (var service in Enumerable.Reverse(_started))
        {
            // A client that does not say good-bye in time is forgotten by the silos a little later.
            await service.StopAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await services.DisposeAsync();
    }
}
