using Orleans.Concurrency;

namespace EndpointSync.Tests.Cluster.Publishing;

/// <summary>A subscriber with many activations.</summary>
public interface IStatelessListenerGrain : IRouteSubscriber, IGrainWithIntegerKey;

/// <inheritdoc cref="IStatelessListenerGrain" />
[StatelessWorker]
public sealed class StatelessListenerGrain : Grain, IStatelessListenerGrain
{
    public Task OnRouteVersionAsync(string registry, RouteVersion version) => Task.CompletedTask;
}
