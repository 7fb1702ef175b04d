using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace EndpointSync.Grains.Publishing;

/// <summary>
/// The activations on this silo that are told of one registry's versions. A subscription is the activation's and ends with it, so there is nothing
/// to renew and nothing to clean up; a grain that is activated elsewhere subscribes there.
/// </summary>
internal sealed partial class GrainSubscriptions(
    RegistryRoutes routes, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<GrainSubscriptions> logger)
{
    // So many calls are begun before the thread is given to others.
    private const int Burst = 50;

    private readonly ConcurrentDictionary<ActivationId, GrainSubscription> _subscriptions = new();
    private int _started;

    /// <summary>Tells an activation of the newest version, and of each that follows as long as it lives.</summary>
    /// <exception cref="InvalidOperationException">The grain is a stateless worker: a call reaches any of its activations, so none could be told.</exception>
    public void Add(IGrainContext activation)
    {
        if (activation.GrainInstance is { } grain && Attribute.IsDefined(grain.GetType(), typeof(StatelessWorkerAttribute)))
        {
            throw new InvalidOperationException(
                $"{grain.GetType().Name} is a stateless worker and cannot be told of versions: a call reaches any of its activations. It can ask for the version when it needs it.");
        }

        var subscription = new GrainSubscription(activation, routes, clock, (grain, failure) => LogNotTold(grain, routes.Registry, failure.Message));
        if (!_subscriptions.TryAdd(activation.ActivationId, subscription))
        {
            return;
        }

        activation.Deactivated.ContinueWith(_ => Remove(activation), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).Ignore();
        if (Interlocked.Exchange(ref _started, 1) == 0)
        {
            _ = Task.Run(TellForeverAsync);
        }

        // Off the activation's scheduler: it is in the middle of its own activation.
        _ = Task.Run(subscription.Tell);
    }

    public void Remove(IGrainContext activation)
    {
        if (_subscriptions.TryRemove(activation.ActivationId, out var subscription))
        {
            subscription.End();
        }
    }

    private async Task TellForeverAsync()
    {
        var stopping = lifetime.ApplicationStopping;
        while (!stopping.IsCancellationRequested)
        {
            var changed = routes.Changed;
            await TellAllAsync();
            await changed.WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task TellAllAsync()
    {
        var begun = 0;
        foreach (var (_, subscription) in _subscriptions)
        {
            subscription.Tell();
            if (++begun % Burst == 0)
            {
                await Task.Yield();
            }
        }
    }

    [LoggerMessage(1531, LogLevel.Warning, "Grain {Grain} failed when it was told of a new version of {Registry}: {Reason} It is told again, and of the newest version then.")]
    private partial void LogNotTold(GrainId grain, string registry, string reason);
}
