using EndpointSync.Client.Workers.Feed;
using EndpointSync.Wire;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Client.Workers.Connection;

/// <summary>
/// A worker's own connection to the cluster. An Orleans client in the application's host would delay the application's
/// start until a silo is up. This connection is made in the background, so that a worker starts even while everything
/// else is down.
/// </summary>
internal sealed partial class ClusterConnection(
    WorkerIdentity worker, ClusterClientFactory clients, EndlessConnectRetries retries,
    ILogger<ClusterConnection> logger)
    : BackgroundService, ICluster, IFeedSource, IClusterConnectionStatusObserver
{
    private readonly TaskCompletionSource<IGrainFactory> _grains = new(
        TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly GatewayLoss _loss = new();
    private volatile bool _connected;

    public bool IsConnected => _connected && _grains.Task.IsCompletedSuccessfully;

    public CancellationToken UntilGatewayIsLost => _loss.Next;

    public Task<IGrainFactory> GrainsAsync(CancellationToken cancellationToken) =>
        _grains.Task.WaitAsync(cancellationToken);

    public async ValueTask<IRouteFeedGrain> FeedAsync(int entry, CancellationToken cancellationToken) =>
        (await GrainsAsync(cancellationToken)).GetGrain<IRouteFeedGrain>(FeedProtocol.Key(worker.Registry, entry));

    public void NotifyGatewayCountChanged(
        int currentNumberOfGateways, int previousNumberOfGateways, bool connectionRecovered)
    {
        _connected = currentNumberOfGateways > 0;
        if (currentNumberOfGateways < previousNumberOfGateways)
        {
            _loss.Raise();
        }
    }

    public void NotifyClusterConnectionLost()
    {
        _connected = false;
        _loss.Raise();
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
                await Task.Delay(Timeout.Infinite, stoppingToken).ConfigureAwait(
                    ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // The retry filter covers connection failures. A client that fails otherwise is unusable, so a new one
                // is made.
                await retries.WaitAsync(failure, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                // The application stops before the first connection.
            }
        }

        _grains.TrySetCanceled(stoppingToken);
        _connected = false;
    }

    [LoggerMessage(3102, LogLevel.Information, "Worker {Name} of {Registry} has reached the cluster")]
    private partial void LogConnected(string name, string registry);
}
