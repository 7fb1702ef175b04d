using EndpointSync.Client.Workers.Feed;
using EndpointSync.Publishing;

namespace EndpointSync.Bench.Storm;

/// <summary>The feed of a client that is connected as long as it is there.</summary>
internal sealed class ClientFeed(IClusterClient client, string registry) : IFeedSource
{
    public bool IsConnected => true;

    public CancellationToken UntilGatewayIsLost => CancellationToken.None;

    public ValueTask<IRouteFeedGrain> FeedAsync(int door, CancellationToken cancellationToken) => new(client.GetGrain<IRouteFeedGrain>(RouteFeeds.Key(registry, door)));
}
