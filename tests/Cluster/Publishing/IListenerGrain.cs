using Orleans.Concurrency;

namespace EndpointSync.Tests.Cluster.Publishing;

/// <summary>A grain that is told of versions; the questions interleave, so that they are answered while it is being told.</summary>
public interface IListenerGrain : IRouteSubscriber, IGrainWithIntegerKey
{
    /// <summary>Activates it; if it is one that subscribes itself, it does so then.</summary>
    [AlwaysInterleave]
    Task StartAsync();

    /// <summary>Subscribes it from within, to whatever registry.</summary>
    [AlwaysInterleave]
    Task SubscribeAsync(string registry);

    /// <summary>Subscribes it by the coordinator, in the middle of a call to itself.</summary>
    Task SubscribeByCoordinatorAsync();

    /// <summary>The versions that this activation was told of, in order, once the given one is among them.</summary>
    [AlwaysInterleave]
    Task<List<long>> ToldAsync(long version);

    /// <summary>The versions that it was told of so far.</summary>
    [AlwaysInterleave]
    Task<List<long>> SoFarAsync();

    /// <summary>From now on it stays in the middle of being told.</summary>
    [AlwaysInterleave]
    Task HoldAsync();

    /// <summary>Completes when it stands there.</summary>
    [AlwaysInterleave]
    Task HeldAsync();

    /// <summary>Lets it go on.</summary>
    [AlwaysInterleave]
    Task ReleaseAsync();

    /// <summary>The next time it is told, it fails.</summary>
    [AlwaysInterleave]
    Task FailOnceAsync();
}
