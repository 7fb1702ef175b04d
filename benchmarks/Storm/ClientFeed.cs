using EndpointSync.Client.Workers.Feed;
using EndpointSync.Wire;

namespace EndpointSync.Bench.Storm;

/// <summary>The feed of a client that stays connected.</summary>
internal sealed class ClientFeed(IClusterClient client, string registry) : IFeedSource
{
    public bool IsConnected => true;

    public CancellationToken UntilGatewayIsLost => CancellationToken.None;

    public ValueTask<IRouteFeedGrain> FeedAsync(int entry, CancellationToken cancellationToken) =>
        new(client.GetGrain<IRouteFeedGrain>(FeedProtocol.Key(registry, entry)));
}
