using System.Collections.Concurrent;
using EndpointSync.Core;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace EndpointSync.Grains.Publishing;

/// <summary>
/// The activations on this silo that subscribe to one registry's versions. A subscription belongs to its activation and
/// ends with it, so there is nothing to renew and nothing to clean up. A grain that is activated elsewhere subscribes
/// there.
/// </summary>
internal sealed partial class GrainSubscriptions(
    RegistryRoutes routes, SiloDrain drain, TimeProvider clock, ILogger<GrainSubscriptions> logger)
{
    // How many calls begin before the thread is yielded to other work.
    private const int Burst = 50;

    private readonly ConcurrentDictionary<ActivationId, GrainSubscription> _subscriptions = new();
    private int _started;

    /// <summary>
    /// Calls an activation with the newest version, and with each later one as long as the activation lives.
    /// </summary>
    /// <exception cref="InvalidOperationException">The grain is a stateless worker: a call reaches any of its
    /// activations, so none can subscribe.</exception>
    public void Add(IGrainContext activation)
    {
        if (activation.GrainInstance is { } grain
            && Attribute.IsDefined(grain.GetType(), typeof(StatelessWorkerAttribute)))
        {
            throw new InvalidOperationException(
                $"{grain.GetType().Name} is a stateless worker and cannot subscribe to versions: "
                + "a call reaches any of its activations. Let it ask for the version when it needs it.");
        }

        var subscription = new GrainSubscription(
            activation, routes, clock, (grain, failure) => LogCallFailed(grain, routes.Registry, failure.Message));
        if (!_subscriptions.TryAdd(activation.ActivationId, subscription))
        {
            return;
        }

        activation.Deactivated
            .ContinueWith(
                _ => Remove(activation), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default)
            .Ignore();
        if (Interlocked.Exchange(ref _started, 1) == 0)
        {
            _ = Task.Run(PublishForeverAsync);
        }

        // Off the activation's scheduler, because the activation has not finished activating.
        _ = Task.Run(subscription.Publish);
    }

    public void Remove(IGrainContext activation)
    {
        if (_subscriptions.TryRemove(activation.ActivationId, out var subscription))
        {
            subscription.End();
        }
    }

    private async Task PublishForeverAsync()
    {
        var stopping = drain.Ended;
        while (!stopping.IsCancellationRequested)
        {
            var changed = routes.Changed;
            await PublishToAllAsync();
            await changed.WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PublishToAllAsync()
    {
        var begun = 0;
        foreach (var (_, subscription) in _subscriptions)
        {
            subscription.Publish();
            if (++begun % Burst == 0)
            {
                await Task.Yield();
            }
        }
    }

    [LoggerMessage(
        1531, LogLevel.Warning,
        "Grain {Grain} failed on a new version of {Registry}: {Reason} The call is retried with the newest "
        + "version.")]
    private partial void LogCallFailed(GrainId grain, string registry, LogText reason);
}
