using System.Collections.Concurrent;
using EndpointSync.Grains.Coordination;
using Orleans.Serialization.Invocation;

namespace EndpointSync.Tests.Cluster;

/// <summary>
/// Counts the messages that reach coordinators, and holds back the answers while a test silences the coordinators.
/// </summary>
internal sealed class CallCounter : IIncomingGrainCallFilter
{
    private readonly ConcurrentQueue<int> _crowds = new();
    private volatile TaskCompletionSource? _silence;

    /// <summary>
    /// The number of callers of each message that asked for more than one. A silo's own query for pending syncs is
    /// excluded.
    /// </summary>
    public IEnumerable<int> Crowds => _crowds;

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

    private void Count(IInvokable call)
    {
        if (call.GetArgumentCount() > 0 && call.GetArgument(0) is ReloadRequest { Callers: > 1 } request)
        {
            _crowds.Enqueue(request.Callers);
        }
    }
}
