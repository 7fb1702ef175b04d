using EndpointSync.Grains.Sync;

namespace EndpointSync.Tests.Cluster;

/// <summary>Counts the messages that reach coordinators.</summary>
internal sealed class CallCounter : IIncomingGrainCallFilter
{
    private int _reloads;

    public int Reloads => Volatile.Read(ref _reloads);

    public Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.Grain is EndpointSyncGrain)
        {
            Interlocked.Increment(ref _reloads);
        }

        return context.Invoke();
    }
}
