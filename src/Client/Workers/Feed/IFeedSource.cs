using EndpointSync.Publishing;

namespace EndpointSync.Client.Workers.Feed;

/// <summary>Where a worker's routes come from: a silo behind the network.</summary>
internal interface IFeedSource
{
    /// <summary>Whether a gateway is connected at the moment.</summary>
    bool IsConnected { get; }

    /// <summary>Is cancelled when a gateway is lost. A call that was under way through it is answered by nobody.</summary>
    CancellationToken UntilGatewayIsLost { get; }

    /// <summary>Waits until the cluster was reached for the first time.</summary>
    /// <param name="door">The number of the way to a silo: each may lead to another one, and stays with it as long as that is connected.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<IRouteFeedGrain> FeedAsync(int door, CancellationToken cancellationToken);
}
