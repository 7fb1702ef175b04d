using Orleans.Concurrency;

namespace EndpointSync.Tests.Cluster.Publishing;

/// <summary>
/// A grain that receives versions. The queries interleave, so that they are answered while a delivery is under way.
/// </summary>
public interface IListenerGrain : IRouteSubscriber, IGrainWithIntegerKey
{
    /// <summary>Activates it. A grain that subscribes itself does so then.</summary>
    [AlwaysInterleave]
    Task StartAsync();

    /// <summary>Subscribes it from within, to any registry.</summary>
    [AlwaysInterleave]
    Task SubscribeAsync(string registry);

    /// <summary>Subscribes it through the coordinator, during a call to the grain itself.</summary>
    Task SubscribeByCoordinatorAsync();

    /// <summary>The versions that this activation received, in order, once the given one is among them.</summary>
    [AlwaysInterleave]
    Task<List<long>> ReceivedAsync(long version);

    /// <summary>The versions that it has received so far.</summary>
    [AlwaysInterleave]
    Task<List<long>> SoFarAsync();

    /// <summary>Makes it block in the middle of every delivery.</summary>
    [AlwaysInterleave]
    Task HoldAsync();

    /// <summary>Completes when a delivery is blocked.</summary>
    [AlwaysInterleave]
    Task HeldAsync();

    /// <summary>Releases the blocked delivery.</summary>
    [AlwaysInterleave]
    Task ReleaseAsync();

    /// <summary>Makes the next delivery fail.</summary>
    [AlwaysInterleave]
    Task FailOnceAsync();
}
