using EndpointSync.Wire;

namespace EndpointSync.Client.Workers.Feed;

/// <summary>The source of a worker's routes: a silo over the network.</summary>
internal interface IFeedSource
{
    /// <summary>Whether a gateway is connected now.</summary>
    bool IsConnected { get; }

    /// <summary>Cancelled when a gateway is lost. A running call through that gateway is never answered.</summary>
    CancellationToken UntilGatewayIsLost { get; }

    /// <summary>Waits for the first connection to the cluster.</summary>
    /// <param name="entry">
    /// The number of the gateway entry. Each entry may lead to another silo, and keeps it while that silo is connected.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<IRouteFeedGrain> FeedAsync(int entry, CancellationToken cancellationToken);
}
