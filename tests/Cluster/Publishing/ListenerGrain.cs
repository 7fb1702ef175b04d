using Orleans.Placement;

namespace EndpointSync.Tests.Cluster.Publishing;

/// <summary>A grain with an even key subscribes on activation; one with an odd key is subscribed by others.</summary>
[RandomPlacement]
public sealed class ListenerGrain : Grain, IListenerGrain
{
    private readonly List<long> _received = [];
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _gate;
    private bool _fails;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (this.GetPrimaryKeyLong() % 2 == 0)
        {
            this.SubscribeToRoutes(SyncCluster.Registry);
        }

        return Task.CompletedTask;
    }

    public async Task OnRouteVersionAsync(string registry, RouteVersion version)
    {
        if (_fails)
        {
            _fails = false;
            throw new InvalidOperationException("This one fails.");
        }

        if (_gate is { } gate)
        {
            _held.TrySetResult();
            await gate.Task;
        }

        _received.Add(version.Value);
        _changed.SetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public Task StartAsync() => Task.CompletedTask;

    public Task SubscribeAsync(string registry)
    {
        this.SubscribeToRoutes(registry);
        return Task.CompletedTask;
    }

    public Task SubscribeByCoordinatorAsync() =>
        GrainFactory.GetGrain<IEndpointSyncGrain>(SyncCluster.Registry).SubscribeAsync(
            this.AsReference<IRouteSubscriber>());

    public async Task<List<long>> ReceivedAsync(long version)
    {
        while (!_received.Contains(version))
        {
            await _changed.Task;
        }

        return [.. _received];
    }

    public Task<List<long>> SoFarAsync() => Task.FromResult(_received.ToList());

    public Task HoldAsync()
    {
        _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return Task.CompletedTask;
    }

    public Task HeldAsync() => _held.Task;

    public Task ReleaseAsync()
    {
        _gate!.SetResult();
        _gate = null;
        return Task.CompletedTask;
    }

    public Task FailOnceAsync()
    {
        _fails = true;
        return Task.CompletedTask;
    }
}
