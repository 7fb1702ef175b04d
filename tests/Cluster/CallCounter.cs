using System.Collections.Concurrent;
using EndpointSync.Core;
using EndpointSync.Grains.Coordination;
using EndpointSync.Wire;
using Orleans.Serialization.Invocation;

namespace EndpointSync.Tests.Cluster;

/// <summary>
/// Counts the messages that reach coordinators, and holds back the answers while a test silences the coordinators.
/// </summary>
internal sealed class CallCounter : IIncomingGrainCallFilter
{
    private readonly ConcurrentQueue<int> _crowds = new();
    private readonly ChangeSignal _signWanted = new();
    private volatile TaskCompletionSource? _silence;
    private volatile bool _worksOn;

    /// <summary>
    /// The number of callers of each message that asked for more than one. A silo's own query for pending syncs is
    /// excluded.
    /// </summary>
    public IEnumerable<int> Crowds => _crowds;

    /// <summary>Completes when a gate next asks a coordinator whether it syncs.</summary>
    public Task SignWanted => _signWanted.Next;

    /// <summary>Holds back all answers.</summary>
    /// <param name="worksOn">Whether coordinators do what they are asked for all the same.</param>
    public void Silence(bool worksOn = false)
    {
        _worksOn = worksOn;
        _silence = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Speak() => Interlocked.Exchange(ref _silence, null)?.SetResult();

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.Grain is EndpointSyncGrain)
        {
            Count(context.Request);
            if (context.Request.GetMethodName() == nameof(ICoordinatorLife.IsSyncingAsync))
            {
                _signWanted.Raise();
            }

            await (_worksOn ? Task.CompletedTask : Silent);
        }

        await context.Invoke();
        if (context.Grain is EndpointSyncGrain)
        {
            await Silent;
        }
    }

    private Task Silent => _silence?.Task ?? Task.CompletedTask;

    private void Count(IInvokable call)
    {
        if (call.GetArgumentCount() > 0 && call.GetArgument(0) is ReloadRequest { Callers: > 1 } request)
        {
            _crowds.Enqueue(request.Callers);
        }
    }
}
