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
    ValueTask<IRouteFeedGrain> FeedAsync(CancellationToken cancellationToken);
}
