using System.Threading.Channels;
using EndpointSync.Core;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Unit.Core;

/// <summary>
/// Coalesced runs that report when they begin and complete when the test lets them, each with its number.
/// </summary>
internal sealed class GatedCoalescer
{
    private readonly Channel<BegunRun> _begun = Channel.CreateUnbounded<BegunRun>();
    private int _count;

    public GatedCoalescer() => Coalescer = new RequestCoalescer<int, int>(
        callers =>
        {
            var run = new BegunRun(++_count, callers);
            _begun.Writer.TryWrite(run);
            return run.Gate.Task;
        },
        static (first, second) => first + second);

    public RequestCoalescer<int, int> Coalescer { get; }

    public Task<int> Join(int callers = 1) => Coalescer.JoinNextAsync(callers, CancellationToken.None);

    public Task<BegunRun> NextAsync() => _begun.Reader.ReadAsync().AsTask().Within("the next run to begin");

    public bool AnotherBegan => _begun.Reader.TryPeek(out _);
}

/// <summary>A run that is under way.</summary>
internal sealed record BegunRun(int Number, int Callers)
{
    public TaskCompletionSource<int> Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Complete() => Gate.SetResult(Number);
}
