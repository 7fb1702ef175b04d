using System.Collections.Concurrent;
using Orleans.Placement;

namespace EndpointSync.Bench.Fanout;

/// <summary>A grain that subscribes to versions and ignores them.</summary>
public interface IFanoutGrain : IRouteSubscriber, IGrainWithIntegerKey
{
    /// <summary>Activates it.</summary>
    Task StartAsync();

    /// <summary>The same call as a publication, made directly.</summary>
    Task CallAsync();
}

/// <inheritdoc cref="IFanoutGrain" />
[RandomPlacement]
public sealed class FanoutGrain : Grain, IFanoutGrain
{
    private static readonly ConcurrentDictionary<long, SiloAddress> Everywhere = new();
    private static TaskCompletionSource _everybody = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private static int _missing;

    /// <summary>The keys of the grains on a silo.</summary>
    public static IEnumerable<long> On(SiloAddress silo) =>
        Everywhere.Where(grain => grain.Value.Equals(silo)).Select(grain => grain.Key);

    /// <summary>Forgets the grains of a cluster that has ended.</summary>
    public static void ForgetAll() => Everywhere.Clear();

    /// <summary>Completes when every grain got one more version.</summary>
    public static Task ExpectAll()
    {
        _everybody = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _missing, Everywhere.Count);
        return _everybody.Task;
    }

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Everywhere[this.GetPrimaryKeyLong()] = GrainContext.Address.SiloAddress!;
        this.SubscribeToRoutes("bench");
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StartAsync() => Task.CompletedTask;

    /// <inheritdoc />
    public Task CallAsync() => Task.CompletedTask;

    /// <inheritdoc />
    public Task OnRouteVersionAsync(string registry, RouteVersion version)
    {
        if (Interlocked.Decrement(ref _missing) == 0)
        {
            _everybody.TrySetResult();
        }

        return Task.CompletedTask;
    }
}
