using EndpointSync.Grains.Sync;
using Orleans.Serialization.Invocation;

namespace EndpointSync.Tests.Cluster;

/// <summary>Counts the messages that reach coordinators, and keeps them from being answered while a test wants coordinators to be silent.</summary>
internal sealed class CallCounter : IIncomingGrainCallFilter
{
    private volatile TaskCompletionSource? _silence;
    private int _reloads;

    public int Reloads => Volatile.Read(ref _reloads);

    public void Silence() => _silence = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Speak() => Interlocked.Exchange(ref _silence, null)?.SetResult();

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.Grain is EndpointSyncGrain)
        {
            Count(context.Request);
            await (_silence?.Task ?? Task.CompletedTask);
        }

        await context.Invoke();
    }

    // Not what a silo asks because it was told of other writers.
    private void Count(IInvokable request)
    {
        if (request.GetArgumentCount() > 0 && request.GetArgument(0) is ReloadRequest { Scope: ReloadScope.Everything })
        {
            Interlocked.Increment(ref _reloads);
        }
    }
}
