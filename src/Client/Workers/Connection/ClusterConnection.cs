using EndpointSync.Client.Workers.Feed;
using EndpointSync.Publishing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Client.Workers.Connection;

/// <summary>
/// A worker's own way to the cluster. An Orleans client in the application's host would hold up its start until a silo is there; this one is made
/// behind its back, so that a worker starts with everything down, and is reached when it can be.
/// </summary>
internal sealed partial class ClusterConnection(
    WorkerIdentity worker, ClusterClientFactory clients, EndlessConnectRetries retries, ILogger<ClusterConnection> logger)
    : BackgroundService, ICluster, IFeedSource, IClusterConnectionStatusObserver
{
    private readonly TaskCompletionSource<IGrainFactory> _grains = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly GatewayLoss _loss = new();
    private volatile bool _connected;

    public bool IsConnected => _connected && _grains.Task.IsCompletedSuccessfully;

    public CancellationToken UntilGatewayIsLost => _loss.Next;

    public Task<IGrainFactory> GrainsAsync(CancellationToken cancellationToken) => _grains.Task.WaitAsync(cancellationToken);

    public async ValueTask<IRouteFeedGrain> FeedAsync(int door, CancellationToken cancellationToken) =>
        (await GrainsAsync(cancellationToken)).GetGrain<IRouteFeedGrain>(RouteFeeds.Key(worker.Registry, door));

    public void NotifyGatewayCountChanged(int currentNumberOfGateways, int previousNumberOfGateways, bool connectionRecovered)
    {
        _connected = currentNumberOfGateways > 0;
        if (currentNumberOfGateways < previousNumberOfGateways)
        {
            _loss.Tell();
        }
    }

    public void NotifyClusterConnectionLost()
    {
        _connected = false;
        _loss.Tell();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await using var client = clients.Create(this);
            try
            {
                await client.StartAsync(stoppingToken);
                LogConnected(worker.Name, worker.Registry);
                _grains.SetResult(client.Grains);
                await Task.Delay(Timeout.Infinite, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // The retries inside cover what connecting meets; a client that fails beyond them is of no further use, and a new one is made.
                await retries.WaitAsync(failure, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                // The application stops before a silo was there.
            }
        }

        _grains.TrySetCanceled(stoppingToken);
        _connected = false;
    }

    [LoggerMessage(3102, LogLevel.Information, "Worker {Name} of {Registry} has reached the cluster")]
    private partial void LogConnected(string name, string registry);
}
